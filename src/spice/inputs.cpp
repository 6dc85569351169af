// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/inputs.hpp"

#include <linux/input-event-codes.h>

#include <algorithm>
#include <cstdlib>

namespace pierglass::spice {

void Inputs::key(input::KeyCode key, bool down) {
  const auto code = scan_code(key);
  if (!code || keys_[key] == down) return;
  keys_[key] = down;
  send_motion(true);
  send_key(*code, down);
}

void Inputs::send_key(ScanCode code, bool down) {
  const ScanWords words = scan_words(code, down);
  for (const std::uint32_t word : words.words()) out_.send(key_message(word, down));
}

void Inputs::button(input::Button button, bool down) {
  const MouseButton which = mouse_button(button);
  const ButtonMask mask = mask_of(which);
  if (((buttons_ & mask) != 0) == down) return;
  send_motion(true);
  buttons_ ^= mask;
  out_.send(mouse_button_message(which, down, buttons_));
}

void Inputs::scroll(input::Axis axis, std::int32_t notches) {
  if (notches == 0) return;
  const bool sideways = axis == input::Axis::Horizontal;
  if (sideways && !shift_wheel_) return;
  const auto direction = notches > 0 ? MouseButton::WheelDown : MouseButton::WheelUp;
  const std::int32_t count = std::abs(std::clamp(notches, -kMaxNotches, kMaxNotches));
  const bool press_shift = sideways && !shift_is_down();
  send_motion(true);
  if (press_shift) send_key(KEY_LEFTSHIFT, true);
  turn_wheel(direction, count);
  if (press_shift) send_key(KEY_LEFTSHIFT, false);
}

void Inputs::turn_wheel(MouseButton direction, std::int32_t notches) {
  for (std::int32_t i = 0; i < notches; ++i) {
    out_.send(mouse_button_message(direction, true, buttons_));
    out_.send(mouse_button_message(direction, false, buttons_));
  }
}

bool Inputs::shift_is_down() const {
  return keys_[KEY_LEFTSHIFT] || keys_[KEY_RIGHTSHIFT];
}

void Inputs::move_by(Motion motion) {
  motion_.add(motion);
  send_motion(false);
}

void Inputs::move_to(Point position) {
  motion_.place(position);
  send_motion(false);
}

// A machine ignores motion of the kind that is not in force: that waits.
void Inputs::send_motion(bool force) {
  if (mode_ == input::PointerMode::Relative) {
    while (const auto step = motion_.next_step(force)) out_.send(mouse_motion(*step, buttons_));
  } else if (const auto position = motion_.next_position(force)) {
    out_.send(mouse_position(*position, buttons_));
  }
}

void Inputs::set_mode(input::PointerMode mode) {
  mode_ = mode;
  send_motion(false);
}

void Inputs::on_motion_ack() {
  motion_.acknowledge();
  send_motion(false);
}

// The server presses the keys that differ from the lamps of the guest, which answers late: asking
// twice would press them twice.
void Inputs::set_locks(input::Locks locks) {
  if (locks == (asked_ ? asked_ : locks_)) return;
  asked_ = locks;
  out_.send(key_modifiers(locks));
}

void Inputs::on_locks(input::Locks locks) {
  // The channel is open. A server releases the keys of a connection that ends, but not its buttons:
  // what an earlier client held down stays so until somebody says that it is not.
  if (!locks_) out_.send(mouse_button_message(MouseButton::Left, false, ButtonMask{0}));
  locks_ = locks;
  asked_.reset();
}

}  // namespace pierglass::spice
