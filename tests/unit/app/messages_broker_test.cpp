// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/messages.hpp"
#include "tests/support/runtime_dir.hpp"

namespace pierglass::app {
namespace {

using Places = std::vector<std::string>;

struct BrokerMessages : testing::Test {
  const test::Variable variable{"XDG_RUNTIME_DIR", "/run/user/7"};
  const std::string own = "/run/user/7/pierglass-broker/win11.sock";
  const std::string system = "/run/pierglass-broker/win11.sock";
  const std::string elsewhere = "/srv/a.sock";

  static void expect(const Error& error, const Places& places, const Places& words) {
    const std::string said = broker_message(error, places);
    for (const std::string& one : words) EXPECT_NE(said.find(one), std::string::npos) << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
};

TEST_F(BrokerMessages, SayHowEachKindOfBrokerIsStarted) {
  const std::string units = "sudo systemctl enable --now pierglass-broker@win11.socket";
  const Error missing{.code = ErrorCode::NotFound};
  expect(missing, {own, system},
         {"no broker at " + own + " nor " + system,
          "start pierglass-broker win11 or the system's (" + units + ") before the"});
  expect(missing, {own}, {"start pierglass-broker win11 before"});
  expect(missing, {system}, {"start the system's (" + units + ") before the virtual machine"});
  expect(missing, {elsewhere},
         {"at /srv/a.sock: start pierglass-broker --socket /srv/a.sock a before"});
  const Error ended{.code = ErrorCode::NotReady};
  expect(ended, {system}, {"nobody serves", units, "and then the virtual machine again"});
  expect(ended, {elsewhere}, {"start pierglass-broker --socket /srv/a.sock a, and then"});
}

TEST_F(BrokerMessages, SayHowTheUserIsLetIn) {
  const Error refused{.code = ErrorCode::PermissionDenied};
  expect(refused, {own, system}, {"join the group kvm (sudo usermod -aG kvm $USER, then log in"});
  expect(refused, {elsewhere}, {"--allow-user and this user's name"});
  const Error hung_up{.code = ErrorCode::Lost};
  expect(hung_up, {elsewhere}, {"hung up at once", "--allow-user", "--max-peers", "its log"});
  expect(hung_up, {own, system},
         {"hung up at once", "--allow-user", "--max-peers",
          "in ~/.config/pierglass/broker-win11.env or /etc/pierglass/broker-win11.env)",
          "(journalctl --user -u pierglass-broker@win11 or journalctl -u pierglass-broker@win11)"});
}

TEST_F(BrokerMessages, SayWhereToLookAtASilentOne) {
  const Error silent{.code = ErrorCode::Busy};
  expect(silent, {own, system},
         {"does not answer",
          "in its log or with systemctl --user status pierglass-broker@win11 or "
          "systemctl status pierglass-broker@win11"});
  expect(silent, {elsewhere}, {"/srv/a.sock does not answer", "its log"});
}

TEST_F(BrokerMessages, SayHowMemoryWithSomethingElseInItIsForgotten) {
  const Error strange{.code = ErrorCode::NotARegion};
  expect(strange, {own}, {"then the broker (systemctl --user stop pierglass-broker@win11; a rest"});
  expect(strange, {system}, {"sudo systemctl stop pierglass-broker@win11", "start both again"});
  expect(strange, {elsewhere}, {"then the broker, and start both again"});
}

TEST_F(BrokerMessages, TellTooMuchFromWhatIsNoBroker) {
  expect({.code = ErrorCode::TooLarge, .what = "number of its peers", .got = 257, .want = 256},
         {elsewhere}, {"(number of its peers: 257, at most 256)", "--max-peers", "--vectors"});
  expect({.code = ErrorCode::VersionMismatch, .what = "it"}, {elsewhere}, {"is no broker"});
  expect({.code = ErrorCode::Corrupt, .what = "it"}, {elsewhere}, {"is no broker"});
  expect({.code = ErrorCode::TooSmall, .got = 4096, .want = 8192}, {elsewhere},
         {"4096 bytes", "8192", "--for"});
}

TEST_F(BrokerMessages, KnowTheMachineOfASocketThatIsCalledAsOneOnly) {
  const Error missing{.code = ErrorCode::NotFound};
  for (const char* path : {"/run/pierglass-broker/win11", "/run/pierglass-broker/a b.sock",
                           "/run/pierglass-broker/deeper/win11.sock"}) {
    expect(missing, {path}, {std::string("start pierglass-broker --socket ") + path});
  }
}

TEST(NoMemoryMessage, NamesThePlacesAndTheBroker) {
  const std::string said = no_memory_message(Places{"/a", "/b"}, "vm");
  for (const char* words : {"neither /a nor /b exists", "create /a", "pierglass-broker vm"}) {
    EXPECT_NE(said.find(words), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace pierglass::app
