// SPDX-License-Identifier: GPL-2.0-or-later
// Keys, buttons, the wheel and movements, and the commands that they give.
#include "input/router.hpp"

namespace pierglass::input {

// ---- keyboard -------------------------------------------------------------------------------

void Router::on_keyboard_enter(std::span<const KeyCode> held) noexcept {
  if (keyboard_) on_keyboard_leave();
  keyboard_ = true;
  deactivated_ = false;
  for (const KeyCode key : held) {
    if (key < kKeyCount) foreign_.set(key);
  }
  update_focus();
  settle();
}

void Router::on_keyboard_leave() noexcept {
  keyboard_ = false;
  foreign_.reset();
  release_everything();
  update_focus();
  settle();
}

void Router::on_key(KeyCode key, bool down) noexcept {
  if (key >= kKeyCount || !keyboard_) return;
  if (foreign_.test(key)) {
    if (!down) foreign_.reset(key);
    return;
  }
  if (!focused_) return;
  const HostTime now = now_();
  if (is_lock_key(key)) locks_.on_lock_key(now);
  const Hotkey::Verdict verdict = hotkey_.on_key(key, down, now);
  show_list();
  if (verdict.command) perform(*verdict.command);
  if (verdict.swallow) return;
  if (down) {
    press_in_guest(key);
  } else {
    release_in_guest(key);
  }
}

void Router::on_locks(Locks locks) noexcept {
  set_locks(locks_.on_desktop(locks, now_()));
}

void Router::set_locks(std::optional<Locks> locks) {
  if (locks) guest_.set_locks(*locks);
}

// ---- pointer --------------------------------------------------------------------------------

bool Router::pointer_reaches_guest() const {
  return connected_ && pointer_inside_ && present() && (captured() || !placement_.empty());
}

void Router::on_pointer_enter(PointF position) noexcept {
  pointer_inside_ = true;
  if (!tablet_) pointer_mode_.reset();  // the machine may have one by now
  pointer_.reset();
  settle();
  point_at(position);
}

void Router::on_pointer_leave() noexcept {
  // Whoever types goes on typing when the mouse slips off the window.
  if (captured()) {
    release_everything();
  } else {
    ledger_.release_buttons(guest_);
  }
  pointer_inside_ = false;
  pointer_.reset();
  settle();
}

void Router::on_pointer_motion(PointF position) noexcept {
  point_at(position);
}

// The desktop's pointer is there.
void Router::point_at(PointF position) {
  if (!pointer_inside_ || captured()) return;
  pointer_ = position;
  if (!pointer_reaches_guest()) return;
  const Point target = placement_.to_guest(position);
  if (tablet_) {
    guest_.move_to(tablet_scale_.aim(target, now_()));
    if (follows() != told_.follows) settle();
  } else {
    follower_.aim(target, now_());
  }
}

void Router::on_relative_motion(RelativeMotion motion) noexcept {
  if (!connected_ || !captured()) return;
  const Point counts = motion_.add(motion);
  if (counts != Point{}) guest_.move_by(counts.x, counts.y);
}

void Router::on_button(Button button, bool down) noexcept {
  if (!pointer_inside_) return;
  if (down) hotkey_.on_other_use();
  if (button == options_.capture_button && options_.when != CaptureWhen::Never) {
    if (down) toggle_capture();
    return;
  }
  if (down) {
    if (pointer_reaches_guest() && ledger_.press(button)) guest_.button(button, true);
  } else if (ledger_.release(button)) {
    guest_.button(button, false);
  }
}

void Router::on_scroll(Scroll scroll) noexcept {
  hotkey_.on_other_use();
  if (!pointer_reaches_guest()) return;
  const std::int32_t notches = wheel_.add(scroll, now_());
  if (notches != 0) guest_.scroll(scroll.axis, notches);
}

// ---- the guest ------------------------------------------------------------------------------

void Router::press_in_guest(KeyCode key) {
  if (connected_ && ledger_.press(key)) guest_.key(key, true);
}

void Router::release_in_guest(KeyCode key) {
  if (ledger_.release(key)) guest_.key(key, false);
}

void Router::release_everything() {
  ledger_.release_all(guest_);
}

void Router::perform(Command command) {
  switch (command) {
    case Command::ToggleCapture:
      return toggle_capture();
    case Command::Capture:
      return capture();
    case Command::Release:
      return release();
    case Command::ReleaseAll:
      return release_everything();
    case Command::CtrlAltDel:
      return send_ctrl_alt(key::kDelete);
    default:
      break;
  }
  if (command >= Command::CtrlAltF1 && command <= Command::CtrlAltF12) {
    const auto number = static_cast<KeyCode>(command) - static_cast<KeyCode>(Command::CtrlAltF1);
    return send_ctrl_alt(key::function(number));
  }
  host_.run(command);
}

// What the user holds already stays down, but for the key itself: it has to be pressed anew.
void Router::send_ctrl_alt(KeyCode key) {
  const bool ctrl = !ledger_.pressed(key::kLeftCtrl);
  const bool alt = !ledger_.pressed(key::kLeftAlt);
  press_in_guest(key::kLeftCtrl);
  press_in_guest(key::kLeftAlt);
  release_in_guest(key);
  press_in_guest(key);
  release_in_guest(key);
  if (alt) release_in_guest(key::kLeftAlt);
  if (ctrl) release_in_guest(key::kLeftCtrl);
}

}  // namespace pierglass::input
