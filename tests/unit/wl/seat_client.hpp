// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "input/seat_events.hpp"
#include "tests/support/fake_seat.hpp"
#include "tests/unit/wl/test_client.hpp"
#include "wl/seat.hpp"

namespace pierglass::wl::test {

using Log = std::vector<std::string>;

// Each event as words: "key 30 down", "motion 1.5 2".
class RecordedSeatEvents final : public input::SeatEvents {
 public:
  Log log;
  std::move_only_function<void(const std::string&)> heard = [](const std::string&) {};

  void on_keyboard_enter(std::span<const input::KeyCode> held) noexcept override;
  void on_keyboard_leave() noexcept override { say("keyboard leave"); }
  void on_key(input::KeyCode key, bool down) noexcept override;
  void on_locks(input::Locks locks) noexcept override;
  void on_pointer_enter(input::PointF position) noexcept override;
  void on_pointer_leave() noexcept override { say("pointer leave"); }
  void on_pointer_motion(input::PointF position) noexcept override;
  void on_button(input::Button button, bool down) noexcept override;
  void on_scroll(input::Scroll scroll) noexcept override;
  void on_relative_motion(input::RelativeMotion motion) noexcept override;
  void on_pointer_locked() noexcept override { say("locked"); }
  void on_pointer_unlocked() noexcept override { say("unlocked"); }
  void on_shortcuts_inhibited(bool inhibited) noexcept override;

 private:
  void say(std::string words);
};

inline const FakeSeatOptions kBothDevices{.keyboard = true, .pointer = true};

// A window with a Seat, and the compositor's side of the seat.
struct SeatClient : TestClient {
  // The seat has both devices unless `options` say more of seats than their default.
  explicit SeatClient(FakeOptions options = {.seats = {kBothDevices}});

  // What was heard since the last call, once all that was sent has arrived.
  Log heard();
  // The pointer comes over the window; heard() leaves that out.
  void point();

  RecordedSeatEvents events;
  FakeSeat fake = compositor.seat();
  std::optional<Seat> seat;
};

}  // namespace pierglass::wl::test
