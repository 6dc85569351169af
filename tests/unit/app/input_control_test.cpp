// SPDX-License-Identifier: GPL-2.0-or-later
// Keyboard and mouse put together: a real window on a fake compositor, the server library that QEMU
// uses, and everything between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <optional>
#include <sstream>

#include "tests/support/guest_devices.hpp"
#include "tests/support/spice_server.hpp"
#include "tests/unit/app/input_bench.hpp"

namespace pierglass::app {
namespace {

using pierglass::test::GuestDevices;
using pierglass::test::SpiceEvent;
using pierglass::test::SpiceServer;
using pierglass::test::SpiceServerOptions;
using wl::test::all_globals_but;
using wl::test::Answers;
using wl::test::FakeOptions;
using wl::test::Grants;
using wl::test::Request;

constexpr const char* kKeepsShortcuts = "The desktop keeps its own shortcuts";
constexpr const char* kPointerFree = "The desktop does not hold the pointer";
constexpr const char* kNoConnection = "Keyboard and mouse do not reach the guest";
constexpr const char* kOtherMachine = "another machine";

struct InputControlTest : InputBench {
  explicit InputControlTest(FakeOptions options = {.seats = {kKeyboardAndPointer}})
      : InputBench(std::move(options)) {}

  // What the guest's devices got from all servers so far.
  std::mutex mutex;
  GuestDevices devices;
  std::optional<SpiceServer> server;

  void serve(SpiceServerOptions options = {}) {
    options.unix_path = socket;
    options.on_event = [this](const SpiceEvent& event) {
      const std::scoped_lock lock(mutex);
      if (event.kind == SpiceEvent::Kind::Key) {
        devices.scan(static_cast<std::uint8_t>(event.a));
      } else {
        devices.set_buttons(event.buttons);
      }
    };
    server.emplace(std::move(options));
    ASSERT_TRUE(server->listening());
  }
  void open_connected(SpiceServerOptions options = {}) {
    serve(std::move(options));
    open();
    use();
    ASSERT_TRUE(reaches_guest(KEY_SPACE));
    server->clear_events();
  }
  // The present thread stands still.
  void hang() {
    guest.stalled = true;
    thread->wake();
    ASSERT_TRUE(serve_until([&] { return guest.hanging.load(); }));
  }
  void go_on() {
    guest.stalled = false;
    guest.stalled.notify_all();
  }
  GuestDevices in_guest() {
    const std::scoped_lock lock(mutex);
    return devices;
  }
  // Presses and releases until the guest gets it, which it does once there is a connection.
  bool reaches_guest(std::uint32_t key) {
    const std::uint64_t before = in_guest().presses;
    const bool reached = serve_until([&] {
      tap(key);
      return in_guest().presses > before;
    });
    tap(KEY_F14);  // behind all those
    return reached && serve_until([&] { return server->keys().ends_with("5e de"); });
  }
  bool serve_until_keys_are(const std::string& scan_codes) {
    return serve_until([&] { return server->keys() == scan_codes; });
  }
  bool serve_until_nothing_is_pressed() {
    return serve_until([&] { return in_guest().nothing_pressed(); });
  }
};

std::size_t last(const std::vector<Request>& all, std::string_view interface,
                 std::string_view name) {
  std::size_t at = all.size();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].interface == interface && all[i].name == name) at = i;
  return at;
}

// ---- capture --------------------------------------------------------------------------------

TEST_F(InputControlTest, ATapOfRightCtrlCapturesAndAnotherOneReleases) {
  open_connected();
  EXPECT_TRUE(seat.state().image.shown);
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  EXPECT_EQ(seat.state().inhibitors, 1U);
  EXPECT_TRUE(serve_until([&] { return !seat.state().image.shown; }));
  EXPECT_TRUE(panel_says("Captured: Right Ctrl releases"));
  seat.relative_motion({3, -2}, {7, -5});
  EXPECT_TRUE(serve_until([&] { return server->motion_sum() == std::pair{7L, -5L}; }));

  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(false));
  EXPECT_EQ(seat.state().inhibitors, 0U);
  EXPECT_EQ(seat.state().relative_pointers, 0U);
  EXPECT_TRUE(serve_until([&] { return seat.state().image.shown; }));
  EXPECT_FALSE(panel_says("Captured"));
  EXPECT_EQ(server->keys(), "") << "the trigger is not for the guest";
}

TEST_F(InputControlTest, TheHintIsCommittedBeforeThePointerIsFree) {
  guest.pointer_x = 20;
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  ASSERT_TRUE(serve_until([&] { return thread->pointer().position == Point{20, 5}; }));
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(false));
  EXPECT_EQ(seat.state().reappeared, (input::PointF{20.5, 5.5})) << "over the guest's pointer";

  const std::vector<Request> all = client.requests();
  const std::size_t hint = last(all, "zwp_locked_pointer_v1", "set_cursor_position_hint");
  const std::size_t end = last(all, "zwp_locked_pointer_v1", "destroy");
  ASSERT_LT(hint, end);
  ASSERT_LT(end, all.size());
  const auto is_commit = [](const Request& one) {
    return one.interface == "wl_surface" && one.name == "commit";
  };
  EXPECT_TRUE(std::any_of(all.begin() + static_cast<std::ptrdiff_t>(hint),
                          all.begin() + static_cast<std::ptrdiff_t>(end), is_commit));
}

TEST_F(InputControlTest, APresentThreadThatHangsDoesNotKeepThePointer) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  hang();
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
  go_on();
}

TEST_F(InputControlTest, WhoCapturesAgainWhileThePointerIsBeingFreedHasItCaptured) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  hang();  // no commit comes between the two
  tap_trigger();
  tap_trigger();
  go_on();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  seat.relative_motion({1, 1}, {4, 4});
  EXPECT_TRUE(serve_until([&] { return server->motion_sum() == std::pair{4L, 4L}; }));
  EXPECT_FALSE(seat.state().image.shown);
}

TEST_F(InputControlTest, TheGuestsImageIsWornUntilCapture) {
  open_connected();
  const auto worn = [&] {
    const auto image = seat.state().image;
    return image.shown && image.pixels == std::vector<std::uint32_t>{0xff000000};
  };
  EXPECT_TRUE(serve_until(worn));
  tap_trigger();
  EXPECT_TRUE(serve_until([&] { return !seat.state().image.shown; }));
  tap_trigger();
  EXPECT_TRUE(serve_until(worn));
}

TEST_F(InputControlTest, ALargeImageStaysInThePicture) {
  open_connected();
  ASSERT_TRUE(serve_until([&] { return seat.state().image.shown; }));
  guest.pointer_side = 512;
  ++guest.pointer_serial;
  EXPECT_TRUE(serve_until([&] { return !seat.state().image.shown; }));
  guest.pointer_side = 1;
  ++guest.pointer_serial;
  EXPECT_TRUE(serve_until([&] {
    const auto image = seat.state().image;
    return image.shown && image.pixels.size() == 1;
  }));
}

TEST_F(InputControlTest, InDesktopModeThePointersMotionCommitsNoPicture) {
  open_connected({.tablet = true});
  const auto arrived = [&](int x, int y) {
    const auto events = server->events();
    return !events.empty() && events.back().kind == SpiceEvent::Kind::Position &&
           events.back().a == x && events.back().b == y;
  };
  seat.pointer_motion({1, 2});
  ASSERT_TRUE(serve_until([&] { return arrived(1, 2); }));
  const auto wears_it = [&] {
    const auto image = seat.state().image;
    return image.shown && image.pixels.size() == 1;
  };
  ASSERT_TRUE(serve_until(wears_it));
  ASSERT_TRUE(serve_until([&] { return lines.empty(); }));
  // What was under way is committed once a requested commit is.
  const std::uint32_t asked = told.committed + 1;
  thread->request_commit();
  ASSERT_TRUE(serve_until([&] { return told.committed == asked; }));
  settle();
  const std::size_t commits = client.toplevel().commits.size();
  const std::size_t images = seat.state().image.commits;
  for (std::int32_t x = 3; x < 60; ++x) {
    seat.pointer_motion({static_cast<double>(x), 5});
    guest.pointer_x = x;
    ASSERT_TRUE(serve_until([&] { return arrived(x, 5) && thread->pointer().position.x == x; }));
  }
  EXPECT_EQ(client.toplevel().commits.size(), commits);
  EXPECT_EQ(seat.state().image.commits, images) << "the compositor moves it";
}

// ---- desktops that give less ------------------------------------------------------------------

struct WithoutConstraints : InputControlTest {
  WithoutConstraints()
      : InputControlTest({.globals = all_globals_but("zwp_pointer_constraints_v1"),
                          .seats = {kKeyboardAndPointer}}) {}
};
struct WithoutRelativePointer : InputControlTest {
  WithoutRelativePointer()
      : InputControlTest({.globals = all_globals_but("zwp_relative_pointer_manager_v1"),
                          .seats = {kKeyboardAndPointer}}) {}
};
struct WithoutInhibitManager : InputControlTest {
  WithoutInhibitManager()
      : InputControlTest({.globals = all_globals_but("zwp_keyboard_shortcuts_inhibit_manager_v1"),
                          .seats = {kKeyboardAndPointer}}) {}
};
struct WithDeniedShortcuts : InputControlTest {
  WithDeniedShortcuts()
      : InputControlTest({.seats = {kKeyboardAndPointer}, .shortcut_inhibitors = Grants::Denied}) {}
};

TEST_F(WithoutConstraints, CaptureStaysWhatDesktopModeIsAndSaysSo) {
  open_connected({.tablet = true});
  tap_trigger();
  EXPECT_TRUE(serve_until_panel_says(kPointerFree));
  EXPECT_TRUE(seat.state().image.shown);
  seat.pointer_motion({10, 12});
  EXPECT_TRUE(serve_until([&] {
    const auto events = server->events();
    return !events.empty() && events.back().kind == SpiceEvent::Kind::Position &&
           events.back().a == 10 && events.back().b == 12;
  }));
  EXPECT_TRUE(reaches_guest(KEY_A));
  tap_trigger();
  EXPECT_FALSE(panel_says(kPointerFree));
}

TEST_F(WithoutRelativePointer, KeysAndButtonsArriveWhileCaptured) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  seat.button(BTN_LEFT, true);
  EXPECT_TRUE(serve_until([&] { return in_guest().buttons == 1; }));
  seat.button(BTN_LEFT, false);
  EXPECT_TRUE(reaches_guest(KEY_A));
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
}

TEST_F(WithoutInhibitManager, CaptureHoldsThePointerAndTellsOfTheShortcuts) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  EXPECT_TRUE(serve_until_panel_says(kKeepsShortcuts));
  EXPECT_TRUE(reaches_guest(KEY_A));
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
  EXPECT_FALSE(panel_says(kKeepsShortcuts));
}

TEST_F(WithDeniedShortcuts, ANoticeStandsWhileCaptured) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  EXPECT_TRUE(serve_until_panel_says(kKeepsShortcuts));
  EXPECT_TRUE(serve_until([&] { return !panel_says("Captured"); })) << "that passes";
  EXPECT_TRUE(panel_says(kKeepsShortcuts)) << "the notice does not";
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
  EXPECT_FALSE(panel_says(kKeepsShortcuts));
}

// ---- servers that come and go -----------------------------------------------------------------

// What is logged as a warning or worse, a line each.
class Warnings {
 public:
  Warnings() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    auto logger = std::make_shared<spdlog::logger>("warnings", std::move(sink));
    logger->set_level(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
  }
  ~Warnings() { spdlog::set_default_logger(before_); }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  [[nodiscard]] std::ptrdiff_t count() const { return std::ranges::count(text_.str(), '\n'); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(InputControlTest, AServerThatIsNotThereIsToldOfOnce) {
  const Warnings warnings;
  open();
  use();
  EXPECT_TRUE(serve_until_panel_says("No keyboard and mouse: "));
  EXPECT_FALSE(panel_says(kNoConnection)) << "there never was any";
  serve();  // hundreds of tries later
  ASSERT_TRUE(reaches_guest(KEY_A));
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(warnings.count(), 1);
}

TEST_F(InputControlTest, WithoutSpiceNothingIsSaid) {
  const Warnings warnings;
  open({}, {.router = router_options(), .session = {}});
  use();
  tap(KEY_A);
  EXPECT_TRUE(lines.empty());
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(true));
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(warnings.count(), 0);
}

TEST_F(InputControlTest, AfterALostConnectionNothingIsPressedAndInputWorksAgain) {
  open_connected();
  press(KEY_A);
  press(KEY_LEFTSHIFT);
  ASSERT_TRUE(serve_until([&] { return in_guest().pressed() == "1e 2a buttons 00"; }));
  server.reset();
  EXPECT_TRUE(serve_until_panel_says(kNoConnection));
  EXPECT_THAT(in_guest().keys, testing::IsEmpty()) << "the server has released them";

  serve();
  EXPECT_TRUE(serve_until([&] { return server->inputs_connected() == 1; }));
  EXPECT_TRUE(serve_until([&] { return !panel_says(kNoConnection); }));
  release(KEY_A);  // of before
  tap(KEY_B);
  EXPECT_TRUE(serve_until_keys_are("30 b0"));
  press(KEY_A);
  EXPECT_TRUE(serve_until_keys_are("30 b0 1e"));
  release(KEY_A);
  EXPECT_TRUE(serve_until_nothing_is_pressed());
  EXPECT_EQ(in_guest().wrong, "");
}

TEST_F(InputControlTest, AConnectionToAnotherMachineThanThePicturesIsToldOf) {
  std::array<std::uint8_t, 16> uuid{};
  uuid.back() = 1;
  serve({.uuid = uuid});
  open({.uuid = "00000000-0000-0000-0000-000000000002"});
  EXPECT_TRUE(serve_until_panel_says(kOtherMachine));
}

TEST_F(InputControlTest, AConnectionToThePicturesMachineIsNotToldOf) {
  std::array<std::uint8_t, 16> uuid{};
  uuid.back() = 2;
  serve({.uuid = uuid});
  open({.uuid = "00000000-0000-0000-0000-000000000002"});
  use();
  ASSERT_TRUE(reaches_guest(KEY_A));
  EXPECT_THAT(heard, testing::Not(testing::IsEmpty()));
  EXPECT_TRUE(lines.empty());
}

// ---- nothing stays pressed --------------------------------------------------------------------

TEST_F(InputControlTest, KeysThatWereDownBeforeAreNotPressed) {
  open_connected();
  seat.keyboard_leave();
  seat.keyboard_enter({KEY_LEFTALT, KEY_TAB});
  release(KEY_TAB);
  release(KEY_LEFTALT);
  tap(KEY_A);
  EXPECT_TRUE(serve_until_keys_are("1e 9e"));
}

TEST_F(InputControlTest, AWindowThatLosesTheKeyboardReleasesTheKeys) {
  open_connected();
  press(KEY_LEFTALT);
  press(KEY_TAB);
  seat.keyboard_leave();
  settle();
  EXPECT_TRUE(serve_until([&] { return server->keys().size() == 4 * 3 - 1; }));
  EXPECT_TRUE(serve_until_nothing_is_pressed());
}

TEST_F(InputControlTest, TheEndReleasesEverything) {
  open_connected();
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  press(KEY_A);
  press(KEY_RIGHTALT);
  seat.button(BTN_RIGHT, true);
  ASSERT_TRUE(serve_until([&] { return in_guest().pressed() == "1e e038 buttons 02"; }));
  input.reset();
  EXPECT_TRUE(serve_until_nothing_is_pressed());
  EXPECT_TRUE(serve_until_pointer_is(false));
  EXPECT_EQ(seat.state().inhibitors, 0U);
  EXPECT_EQ(in_guest().wrong, "");
}

TEST_F(InputControlTest, AServerThatNeverReadsDoesNotKeepThePointer) {
  serve({.deaf_after_link = true});
  open();
  use();
  ASSERT_TRUE(serve_until([&] { return server->inputs_connected() == 1; }));
  tap_trigger();
  ASSERT_TRUE(serve_until_pointer_is(true));
  settle();
  // More than a socket holds, and more than is kept for a server that may read later.
  for (int i = 0; i < 800; ++i) {
    client.compositor.at_once([&] {
      for (int tap = 0; tap < 50; ++tap) {
        press(KEY_A);
        release(KEY_A);
      }
    });
    settle();
    if (i % 100 != 0) continue;
    tap_trigger();
    ASSERT_TRUE(serve_until_pointer_is(false)) << i;
    tap_trigger();
    ASSERT_TRUE(serve_until_pointer_is(true)) << i;
    settle();
  }
  EXPECT_TRUE(panel_says(kNoConnection)) << "given up";
  tap_trigger();
  EXPECT_TRUE(serve_until_pointer_is(false));
  server->resume();
}

}  // namespace
}  // namespace pierglass::app
