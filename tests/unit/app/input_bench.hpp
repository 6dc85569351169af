// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/input-event-codes.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/input_control.hpp"
#include "app/panel.hpp"
#include "tests/support/fake_seat.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/app/present_bench.hpp"

// Keyboard and mouse put together as the program does it, between a fake compositor and whatever
// SPICE server the test has at `socket`.
namespace pierglass::app {

namespace window_states {  // of xdg_toplevel
inline constexpr std::uint32_t kFullscreen = 2;
inline constexpr std::uint32_t kActivated = 4;
inline constexpr std::uint32_t kSuspended = 9;
}  // namespace window_states

inline const wl::test::FakeSeatOptions kKeyboardAndPointer{.keyboard = true, .pointer = true};

struct InputBench : PresentThreadTest {
  explicit InputBench(wl::test::FakeOptions options = {.seats = {kKeyboardAndPointer}})
      : PresentThreadTest(std::move(options)) {}
  ~InputBench() override {
    client.window_events.changed = [] {};
    input.reset();
    panel.reset();
  }

  pierglass::test::TempDir folder;
  std::string socket = (folder.path() / "spice").string();
  pierglass::test::FakeSeat seat = client.compositor.seat();
  std::unique_ptr<Panel> panel;
  std::unique_ptr<InputControl> input;
  std::vector<std::string> lines;  // on the panel
  std::vector<input::Command> ran;

  static input::RouterOptions router_options() {
    return {.bindings = input::Bindings::parse("rightctrl", {}).value()};
  }
  // One server, at `socket`, that is looked for all the time.
  [[nodiscard]] spice::SessionOptions session_options() const {
    constexpr Nanoseconds kSoon = std::chrono::microseconds(200);
    return {.addresses = {spice::parse_address(socket).value()},
            .retry = {.first = kSoon, .longest = kSoon}};
  }

  // A window with a guest's picture of its own size, then what is under test.
  void open(const source::GuestDescription& guest_says = {}) {
    open(guest_says, {.router = router_options(), .session = session_options()});
  }
  void open(const source::GuestDescription& guest_says, InputControl::Setup setup) {
    guest.newest = 1;
    guest.pointer_serial = 1;
    start({{}, {.status = GuestStatus::Live, .description = guest_says}});
    on_report = [this](const PresentThread::Report& report) { hear(report); };
    client.window_events.changed = [this] {
      thread->wake();
      if (input) input->on_window();
    };
    panel = Panel::create(*loop, [this](const std::vector<std::string>& shown) {
              lines = shown;
              thread->set_panel(shown);
            }).value();
    open_input(std::move(setup));
    guest.chosen = 1;
    ASSERT_TRUE(serve_until([&] { return thread->pointer().picture == TalkingSource::kSize; }));
    ASSERT_TRUE(serve_until([&] { return client.toplevel().mapped; }));
  }
  void open_input(InputControl::Setup setup) {
    input = InputControl::create({.loop = *loop,
                                  .display = *client.display,
                                  .registry = *client.registry,
                                  .window = *client.window,
                                  .present = *thread,
                                  .panel = *panel},
                                 std::move(setup),
                                 [this](input::Command command) { ran.push_back(command); })
                .value();
  }

  // All that the compositor has sent is heard, and what follows from it is sent.
  void settle() {
    ASSERT_TRUE(client.display->roundtrip());
    ASSERT_TRUE(loop->step(Nanoseconds(0)));
  }
  // The window is in use: it is in front, has the keyboard, and the pointer is in its middle.
  void use(std::vector<std::uint32_t> held = {}) {
    client.compositor.configure({64, 64}, {window_states::kActivated});
    seat.keyboard_enter(std::move(held));
    seat.pointer_enter({32, 32});
    settle();
  }
  void press(std::uint32_t key) { seat.key(key, 1); }
  void release(std::uint32_t key) { seat.key(key, 0); }
  void tap(std::uint32_t key) {
    press(key);
    release(key);
    settle();
  }
  void tap_trigger() { tap(KEY_RIGHTCTRL); }

  bool serve_until_pointer_is(bool locked) {
    return serve_until([&] { return (seat.state().locks != 0) == locked; });
  }
  [[nodiscard]] bool panel_says(std::string_view words) const {
    return std::ranges::any_of(
        lines, [&](const std::string& line) { return line.find(words) != std::string::npos; });
  }
  bool serve_until_panel_says(std::string_view words) {
    return serve_until([&] { return panel_says(words); });
  }

 private:
  void hear(const PresentThread::Report& report) {
    if (report.unmapped) client.window->on_unmapped(*report.unmapped);
    if (!input) return;
    input->on_news(report);
    if (report.guest) input->on_guest(report.guest->status, report.guest->description);
  }
};

}  // namespace pierglass::app
