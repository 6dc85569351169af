// SPDX-License-Identifier: GPL-2.0-or-later
// The broker with QEMU's own ivshmem device as its peer.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/broker_process.hpp"
#include "tests/support/fake_systemd.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::test {
namespace {

namespace fs = std::filesystem;
using broker::RawPeer;
constexpr std::chrono::seconds kPatience{30};

// The system's number of an eventfd that a process has open; empty for anything else.
std::string eventfd_id(const std::string& process, const std::string& fd) {
  std::istringstream info(read_text("/proc/" + process + "/fdinfo/" + fd));
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("eventfd-id:")) return line.substr(line.find_first_not_of(" \t", 11));
  }
  return {};
}

// Every eventfd that a process has open.
std::set<std::string> eventfds(pid_t process) {
  std::set<std::string> ids;
  const std::string number = std::to_string(process);
  std::error_code ended;
  for (const fs::directory_entry& one : fs::directory_iterator("/proc/" + number + "/fd", ended)) {
    const std::string id = eventfd_id(number, one.path().filename().string());
    if (!id.empty()) ids.insert(id);
  }
  return ids;
}

// A machine without a system, with an ivshmem device of two vectors.
std::vector<std::string> machine(const fs::path& socket) {
  return {"qemu-system-x86_64",
          "-machine",
          "q35",
          "-accel",
          "tcg",
          "-m",
          "64",
          "-nodefaults",
          "-display",
          "none",
          "-monitor",
          "none",
          "-chardev",
          "socket,id=c,path=" + socket.string(),
          "-device",
          "ivshmem-doorbell,chardev=c,vectors=2"};
}

// A peer that has heard so many messages of its greeting.
RawPeer join(const fs::path& socket, std::size_t messages) {
  RawPeer peer(socket);
  EXPECT_TRUE(wait_until([&] { return peer.has_heard(messages); }, kPatience)) << peer.words();
  return peer;
}

// QEMU is peer 0, and gets to know another and to forget it.
void meet(Process& qemu, const fs::path& socket) {
  RawPeer peer = join(socket, 7);
  EXPECT_TRUE(peer.words().contains(" -1+ 0+ 0+ ")) << peer.words();
  std::set<std::string> own;
  for (std::size_t i = 5; i < 7; ++i) {
    own.insert(eventfd_id("self", std::to_string(peer.heard()[i].descriptor.get())));
  }
  ASSERT_EQ(own.size(), 2U);
  const auto known = [&] { return std::ranges::includes(eventfds(qemu.pid()), own); };
  EXPECT_TRUE(wait_until(known, kPatience)) << qemu.err();
  peer.leave();
  EXPECT_TRUE(wait_until([&] { return !known(); }, kPatience));
  EXPECT_TRUE(qemu.running());
  EXPECT_EQ(qemu.err(), "");
}

// Until QEMU is peer 0, and so first to come.
void wait_for_memory(Process& qemu) {
  const std::string maps = "/proc/" + std::to_string(qemu.pid()) + "/maps";
  EXPECT_TRUE(
      wait_until([&] { return read_text(maps).contains("memfd:pierglass-win11"); }, kPatience))
      << qemu.err();
}

TEST(BrokerProcess, ServesAndComesBackAfterACrash) {
  Lab lab;
  BrokerProcess broker(lab, "win11", {"--for", "640x480"});
  EXPECT_TRUE(fs::is_socket(broker.socket()));
  broker.kill();
  broker.start();
  EXPECT_EQ(broker.process().stop(std::chrono::seconds(10)), (Exit{.code = 0, .signal = 0}));
  EXPECT_FALSE(fs::exists(broker.socket()));
}

TEST(QemusDevice, IsAPeerThatMeetsOthers) {
  Lab lab;
  BrokerProcess broker(lab, "win11", {"--for", "640x480"});
  Process qemu(lab.command("qemu", machine(broker.socket())));
  wait_for_memory(qemu);
  meet(qemu, broker.socket());
  meet(qemu, broker.socket());
}

TEST(QemusDevice, NoticesNothingWhenTheBrokerIsKilledAndStartedAgain) {
  FakeSystemd systemd;
  const fs::path socket = systemd.folder() / "win11.sock";
  const std::vector<std::string> words = {broker_program().string(),           "win11",  "--folder",
                                          (systemd.folder() / "own").string(), "--size", "1M"};
  systemd.listen("win11", socket);
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  Process qemu(
      {.words = machine(socket), .environment = {}, .user = {}, .log = systemd.folder() / "qemu"});
  wait_for_memory(qemu);
  const auto kept = [&] {
    systemd.receive();
    return systemd.store().contains("win11/peer/0/connection");
  };
  ASSERT_TRUE(wait_until(kept, kPatience));
  meet(qemu, socket);
  systemd.kill();
  ASSERT_TRUE(systemd.start(words)) << systemd.err();
  meet(qemu, socket);
}

}  // namespace
}  // namespace pierglass::test
