// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/geometry.hpp"
#include "input/events.hpp"
#include "input/guest.hpp"
#include "spice/build.hpp"
#include "spice/motion_window.hpp"
#include "spice/scan_code.hpp"
#include "spice/stream.hpp"

namespace pierglass::spice {

// Most notches of the wheel in one call; who turned farther has stopped counting.
inline constexpr std::int32_t kMaxNotches = 32;

// What is said on the inputs channel of one connection, from nothing pressed on. Presses of what is
// down and releases of what is not are left out. Order holds: what moved goes out before what is
// pressed afterwards, unless the machine cannot be moved that way (yet).
class Inputs {
 public:
  // `out` outlives this. `mode`: in force.
  Inputs(Stream& out, input::PointerMode mode, bool shift_wheel)
      : out_(out), mode_(mode), shift_wheel_(shift_wheel) {}

  void key(input::KeyCode key, bool down);
  void button(input::Button button, bool down);
  void scroll(input::Axis axis, std::int32_t notches);
  void move_by(Motion motion);
  void move_to(Point position);
  void set_locks(input::Locks locks);

  // A mode came into force: what waited for it goes out.
  void set_mode(input::PointerMode mode);
  // What was moved and has not gone out.
  void forget_motion() { motion_.forget(); }

  // What the server said.
  void on_motion_ack();
  // The first time also opens the channel for what is sent.
  void on_locks(input::Locks locks);
  // As the server said last; none yet before its first word.
  [[nodiscard]] std::optional<input::Locks> locks() const { return locks_; }

 private:
  void send_motion(bool force);
  void send_key(ScanCode code, bool down);
  void turn_wheel(MouseButton direction, std::int32_t notches);
  [[nodiscard]] bool shift_is_down() const;

  Stream& out_;
  input::PointerMode mode_;
  bool shift_wheel_;
  MotionWindow motion_;
  std::bitset<256> keys_;  // down, by key
  ButtonMask buttons_ = 0;
  std::optional<input::Locks> locks_;
  std::optional<input::Locks> asked_;  // and not answered since
};

}  // namespace pierglass::spice
