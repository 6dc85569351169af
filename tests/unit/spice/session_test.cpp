// SPDX-License-Identifier: GPL-2.0-or-later
// The session against the SPICE server library that QEMU uses.
#include "spice/session.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "tests/support/spice_server.hpp"
#include "tests/unit/spice/raw_peer.hpp"

namespace pierglass::spice::test {
namespace {

using input::Axis;
using input::Button;
using input::PointerMode;
using pierglass::test::SpiceEvent;
using pierglass::test::SpiceServer;
using pierglass::test::SpiceServerOptions;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SessionTest : public ::testing::Test {
 protected:
  void serve(SpiceServerOptions options = {}) {
    if (options.port == 0) options.unix_path = path_;
    server_.emplace(std::move(options));
    ASSERT_TRUE(server_->listening());
  }
  SessionUnderTest& connect(SessionOptions options = {}) {
    client_.emplace("unix:" + path_, std::move(options));
    EXPECT_TRUE(client_->until_connected());
    return *client_;
  }
  bool until_events(std::size_t count) {
    return client_->until([&] { return server_->event_count() >= count; });
  }
  // All of it, for messages.
  std::string heard() {
    std::string text = ", heard:";
    for (const SpiceEvent& event : server_->events()) {
      text += ' ' + std::to_string(static_cast<int>(event.kind)) + ':' + std::to_string(event.a) +
              ',' + std::to_string(event.b) + ',' + std::to_string(event.buttons);
    }
    return text;
  }
  // Those of one kind, so far.
  std::vector<SpiceEvent> events(SpiceEvent::Kind kind) {
    std::vector<SpiceEvent> out = server_->events();
    std::erase_if(out, [&](const SpiceEvent& event) { return event.kind != kind; });
    return out;
  }

  ScratchFolder folder_;
  std::string path_ = folder_.file("spice.sock");
  std::optional<SpiceServer> server_;
  std::optional<SessionUnderTest> client_;
};

int free_port() {
  const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  return ntohs(address.sin_port);
}

TEST_F(SessionTest, ConnectsAndTellsTheGuestsState) {
  serve({.name = "win11", .locks = 2});
  SessionUnderTest& client = connect();
  EXPECT_EQ(client.connects, 1);
  EXPECT_EQ(client.guest_locks, (std::vector<input::Locks>{{.num = true}}));
  EXPECT_EQ(client.modes, (std::vector<PointerMode>{PointerMode::Relative}));
  EXPECT_TRUE(client.until([&] { return client.session->machine().name == "win11"; }));
  EXPECT_TRUE(client.troubles.empty());
}

TEST_F(SessionTest, KeysArriveAsScanCodes) {
  serve();
  SessionUnderTest& client = connect();
  for (const bool down : {true, false}) {
    client.session->key(KEY_A, down);
    client.session->key(KEY_RIGHTALT, down);
    client.session->key(KEY_PAUSE, down);
  }
  ASSERT_TRUE(until_events(14));
  EXPECT_EQ(server_->keys(), "1e e0 38 e1 1d 45 e1 9d c5 9e e0 b8 e0 c6");
}

TEST_F(SessionTest, ButtonsMotionAndWheelArriveInOrder) {
  serve();
  SessionUnderTest& client = connect();
  client.session->move_by(10, -5);
  client.session->button(Button::Left, true);
  client.session->move_by(300, 0);
  client.session->button(Button::Left, false);
  client.session->scroll(Axis::Vertical, -1);
  client.session->button(Button::Extra, true);
  ASSERT_TRUE(client.until([&] {
    const auto buttons = events(SpiceEvent::Kind::Buttons);
    return !buttons.empty() && buttons.back().a == 128;
  }));
  std::string order;
  for (const SpiceEvent& event : server_->events()) {
    if (event.kind == SpiceEvent::Kind::Motion) order += 'm';
    if (event.kind == SpiceEvent::Kind::Wheel) order += event.a < 0 ? 'u' : 'd';
    if (event.kind == SpiceEvent::Kind::Buttons) order += "[" + std::to_string(event.a) + "]";
  }
  EXPECT_EQ(order, "m[1]mmm[0]u[128]");
  EXPECT_EQ(server_->motion_sum(), (std::pair<std::int64_t, std::int64_t>{310, -5}));
}

// The server library releases keys by itself, and buttons not.
TEST_F(SessionTest, WhatAnEarlierConnectionLeftPressedIsReleased) {
  for (const bool tablet : {false, true}) {
    serve({.tablet = tablet});
    SessionUnderTest& client = connect();
    client.session->set_pointer_mode(tablet ? PointerMode::Absolute : PointerMode::Relative);
    ASSERT_TRUE(client.until(
        [&] { return (client.session->pointer_mode() == PointerMode::Absolute) == tablet; }));
    client.session->key(KEY_A, true);
    client.session->button(Button::Left, true);
    ASSERT_TRUE(client.until([&] { return !events(SpiceEvent::Kind::Buttons).empty(); }));
    client_.reset();
    SessionUnderTest& next = connect();
    // Where a tablet stands is told by a timer of the library's, too.
    EXPECT_TRUE(next.until([&] {
      const auto buttons = events(SpiceEvent::Kind::Buttons);
      return server_->keys() == "1e 9e" && buttons.size() == 2 && buttons.back().a == 0;
    })) << (tablet ? "tablet" : "mouse")
        << heard();
    EXPECT_EQ(server_->events().back().buttons, 0U);
    client_.reset();
    server_.reset();
  }
}

TEST_F(SessionTest, AHorizontalNotchArrivesAsShiftAndWheel) {
  serve();
  SessionUnderTest& client = connect();
  client.session->scroll(Axis::Horizontal, 1);
  ASSERT_TRUE(client.until([&] { return server_->keys() == "2a aa"; }));
  EXPECT_EQ(events(SpiceEvent::Kind::Wheel).size(), 1U);
}

TEST_F(SessionTest, AHundredThousandEventsArriveInOrder) {
  serve();
  SessionUnderTest& client = connect();
  std::mt19937 random(3);
  std::string expected_keys;
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t wheel = 0;
  bool key_down = false;
  const auto settled = [&] {
    return client.session->unsent_bytes() == 0 && server_->motion_sum() == std::pair{x, y};
  };
  for (int i = 0; i < 100'000; ++i) {
    switch (random() % 8) {
      case 0:
        key_down = !key_down;
        client.session->key(KEY_A, key_down);
        expected_keys += expected_keys.empty() ? "" : " ";
        expected_keys += key_down ? "1e" : "9e";
        break;
      case 1:
        client.session->scroll(Axis::Vertical, i % 2 == 0 ? 1 : -1);
        wheel += i % 2 == 0 ? 1 : -1;
        break;
      default: {
        const int dx = int(random() % 61) - 30;
        const int dy = int(random() % 61) - 30;
        client.session->move_by(dx, dy);
        x += dx;
        y += dy;
      }
    }
    if (i % 50 == 0) {
      EXPECT_TRUE(client.loop->step(Nanoseconds(0)));
    }
    // A server that is given more than it takes loses the connection; a hand is slower than that.
    if (client.session->unsent_bytes() > Stream::kMaxWaiting / 2) {
      ASSERT_TRUE(client.until([&] { return client.session->unsent_bytes() == 0; }));
    }
  }
  client.session->key(KEY_B, true);
  ASSERT_TRUE(client.until(settled, seconds(50))) << server_->event_count();
  ASSERT_TRUE(client.until([&] { return server_->keys() == expected_keys + " 30"; }));
  std::int64_t wheel_sum = 0;
  for (const SpiceEvent& event : events(SpiceEvent::Kind::Wheel)) wheel_sum += event.a;
  EXPECT_EQ(wheel_sum, wheel);
  EXPECT_EQ(client.disconnects, 0);
}

TEST_F(SessionTest, ABusyServerStillGetsTheExactWay) {
  serve();
  SessionUnderTest& client = connect();
  server_->pause();
  for (int i = 0; i < 1000; ++i) client.session->move_by(7, -3);
  EXPECT_LE(client.session->sent_messages(), 10U) << "the rest is added up";
  server_->resume();
  EXPECT_TRUE(client.until([&] { return server_->motion_sum() == std::pair(7000L, -3000L); }));
}

TEST_F(SessionTest, OverTcp) {
  const int port = free_port();
  serve({.port = port, .password = "secret"});
  client_.emplace("localhost:" + std::to_string(port), SessionOptions{.password = "secret"});
  ASSERT_TRUE(client_->until_connected());
  client_->session->key(KEY_ENTER, true);
  EXPECT_TRUE(client_->until([&] { return server_->keys() == "1c"; }));
}

TEST_F(SessionTest, NobodyOnAPortIsToldAndFoundLater) {
  const int port = free_port();
  client_.emplace("127.0.0.1:" + std::to_string(port));
  ASSERT_TRUE(client_->until([&] { return !client_->troubles.empty(); }));
  EXPECT_EQ(client_->troubles[0].kind, TroubleKind::NobodyListens);
  serve({.port = port});
  EXPECT_TRUE(client_->until_connected());
}

TEST_F(SessionTest, AWrongPasswordIsToldOnceAndTheRightOneWorksLater) {
  serve({.password = "right"});
  client_.emplace(
      path_, SessionOptions{.password = "wrong", .retry = {.wrong_password = milliseconds(50)}});
  ASSERT_TRUE(client_->until([&] { return !client_->troubles.empty(); }));
  EXPECT_EQ(client_->troubles[0].kind, TroubleKind::WrongPassword);
  client_->pass(milliseconds(300));
  EXPECT_EQ(client_->troubles.size(), 1U);
  server_->set_password("wrong");
  EXPECT_TRUE(client_->until_connected());
}

TEST_F(SessionTest, AServerThatIsStartedLaterIsFound) {
  client_.emplace(path_);
  ASSERT_TRUE(client_->until([&] { return !client_->troubles.empty(); }));
  EXPECT_EQ(client_->troubles[0].kind, TroubleKind::NobodyListens);
  serve();
  EXPECT_TRUE(client_->until_connected());
  EXPECT_EQ(client_->troubles.size(), 1U);
}

TEST_F(SessionTest, AfterARestartNothingIsPressedAndTheModeIsAskedForAgain) {
  serve({.tablet = true});
  SessionUnderTest& client = connect();
  ASSERT_TRUE(client.session->set_pointer_mode(PointerMode::Absolute));
  ASSERT_TRUE(
      client.until([&] { return client.session->pointer_mode() == PointerMode::Absolute; }));
  client.session->key(KEY_A, true);
  client.session->button(Button::Left, true);
  ASSERT_TRUE(client.until([&] { return server_->keys() == "1e"; }));
  server_.reset();
  ASSERT_TRUE(client.until([&] { return client.disconnects == 1; }));
  EXPECT_FALSE(client.session->connected());
  client.session->key(KEY_B, true);
  client.session->key(KEY_A, false);
  serve({.tablet = true});
  ASSERT_TRUE(client.until([&] { return client.connects == 2; }));
  ASSERT_TRUE(
      client.until([&] { return client.session->pointer_mode() == PointerMode::Absolute; }));
  client.session->key(KEY_A, false);
  client.session->move_to({30, 40});
  client.session->key(KEY_C, true);
  ASSERT_TRUE(client.until([&] { return !server_->keys().empty(); }));
  EXPECT_EQ(server_->keys(), "2e");
  const auto positions = events(SpiceEvent::Kind::Position);
  ASSERT_FALSE(positions.empty());
  EXPECT_EQ(positions.back().a, 30);
  EXPECT_EQ(positions.back().buttons, 0U);
}

TEST_F(SessionTest, TheServerReleasesWhatWasPressedWhenTheSessionEnds) {
  serve();
  connect().session->key(KEY_LEFTCTRL, true);
  ASSERT_TRUE(client_->until([&] { return server_->keys() == "1d"; }));
  client_->session.reset();
  EXPECT_TRUE(client_->until([&] { return server_->keys() == "1d 9d"; }));
  EXPECT_TRUE(client_->until([&] { return server_->inputs_connected() == 0; }));
}

TEST_F(SessionTest, PositionsArriveOnATablet) {
  serve({.tablet = true});
  SessionUnderTest& client = connect();
  EXPECT_TRUE(client.session->set_pointer_mode(PointerMode::Absolute));
  client.session->move_to({1, 1});
  client.session->move_to({640, 360});
  ASSERT_TRUE(client.until([&] {
    const auto positions = events(SpiceEvent::Kind::Position);
    return !positions.empty() && positions.back().a == 640 && positions.back().b == 360;
  }));
  EXPECT_EQ(client.modes.back(), PointerMode::Absolute);
  client.session->button(Button::Right, true);
  EXPECT_TRUE(client.until([&] { return !events(SpiceEvent::Kind::Buttons).empty(); }));
  EXPECT_EQ(events(SpiceEvent::Kind::Buttons).back().a, 2);
}

TEST_F(SessionTest, AMachineWithoutATabletSaysSo) {
  serve();
  SessionUnderTest& client = connect();
  EXPECT_FALSE(client.session->set_pointer_mode(PointerMode::Absolute));
  EXPECT_TRUE(client.session->set_pointer_mode(PointerMode::Relative));
  server_->add_tablet();
  const std::size_t told = client.modes.size();
  ASSERT_TRUE(client.until([&] { return client.modes.size() > told; })) << "there is a tablet now";
  EXPECT_TRUE(client.session->set_pointer_mode(PointerMode::Absolute));
  EXPECT_TRUE(client.until([&] { return client.modes.back() == PointerMode::Absolute; }));
  server_->remove_tablet();
  EXPECT_TRUE(client.until([&] { return client.modes.back() == PointerMode::Relative; }));
}

TEST_F(SessionTest, LocksFollowTheGuestAndAreSetOnlyWhenTheyDiffer) {
  serve();
  SessionUnderTest& client = connect();
  server_->set_locks(4);
  ASSERT_TRUE(
      client.until([&] { return client.guest_locks.back() == input::Locks{.caps = true}; }));
  client.session->set_locks({.caps = true});
  client.session->set_locks({.caps = true, .num = true});
  client.session->set_locks({.caps = true, .num = true});
  client.session->key(KEY_A, true);
  ASSERT_TRUE(client.until([&] { return server_->keys().ends_with("1e"); }));
  EXPECT_EQ(server_->keys(), "45 c5 1e") << "Num Lock, once";
}

// Root may use any socket, so it becomes nobody for a while.
TEST_F(SessionTest, ASocketThatThisUserMayNotUseIsTold) {
  constexpr uid_t kNobody = 65534;
  serve();
  ASSERT_EQ(chmod(path_.c_str(), 0), 0);
  const uid_t user = geteuid();
  if (user == 0) {
    ASSERT_EQ(seteuid(kNobody), 0);
  }
  client_.emplace(path_);
  const bool told = client_->until([&] { return !client_->troubles.empty(); });
  ASSERT_EQ(seteuid(user), 0);
  ASSERT_TRUE(told);
  EXPECT_EQ(client_->troubles[0].kind, TroubleKind::NoPermission);
}

TEST_F(SessionTest, AddressesAreTriedInTurn) {
  serve();
  client_.emplace(
      SessionOptions{.addresses = {*parse_address(folder_.file("nobody")), *parse_address(path_)}});
  EXPECT_TRUE(client_->until_connected());
  EXPECT_TRUE(client_->troubles.empty());
}

TEST_F(SessionTest, InputFromInsideTheNewsIsFine) {
  serve();
  client_.emplace(path_);
  client_->when_connected = [&] {
    client_->session->set_pointer_mode(PointerMode::Relative);
    client_->session->key(KEY_Z, true);
  };
  EXPECT_TRUE(client_->until([&] { return server_->keys() == "2c"; }));
}

struct Nobody final : SessionEvents {
  void on_connected() noexcept override {}
  void on_disconnected() noexcept override {}
  void on_trouble(const Trouble&) noexcept override { ++troubles; }
  void on_guest_locks(input::Locks) noexcept override {}
  void on_pointer_mode(PointerMode) noexcept override {}
  int troubles = 0;
};

TEST(SessionCreateTest, WithoutAnAddressNothingIsTriedAndNothingIsTold) {
  Nobody nobody;
  const auto loop = loop::EventLoop::create().value();
  const auto session = Session::create(*loop, {}, nobody);
  ASSERT_TRUE(session);
  (*session)->key(30, true);
  EXPECT_FALSE((*session)->set_pointer_mode(PointerMode::Absolute));
  ASSERT_TRUE(loop->step(std::chrono::milliseconds(0)));
  EXPECT_FALSE((*session)->connected());
  EXPECT_EQ(nobody.troubles, 0);
}

TEST(SessionCreateTest, WrongOptionsAreRefused) {
  Nobody nobody;
  const auto loop = loop::EventLoop::create().value();
  const auto long_password = Session::create(
      *loop, {.addresses = {*parse_address("/x")}, .password = std::string(61, 'x')}, nobody);
  ASSERT_FALSE(long_password);
  EXPECT_EQ(long_password.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace pierglass::spice::test
