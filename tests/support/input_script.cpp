// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/input_script.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace pierglass::test {

using namespace input;
using std::chrono::milliseconds;

namespace {

constexpr int kMaxSteps = 400;

Bindings some_bindings(std::uint8_t choice) {
  const std::vector<std::string> changes = {"a=toggle-capture", "capslock=release-all",
                                            "leftctrl=release"};
  auto bindings = Bindings::parse(choice % 8 == 7 ? "none" : "rightctrl", changes);
  return bindings.value_or(Bindings());
}

// The key of those commands that are sent to the guest.
std::optional<KeyCode> sent_with_ctrl_alt(Command command) {
  if (command == Command::CtrlAltDel) return key::kDelete;
  if (command < Command::CtrlAltF1 || command > Command::CtrlAltF12) return std::nullopt;
  return key::function(static_cast<std::uint32_t>(command) -
                       static_cast<std::uint32_t>(Command::CtrlAltF1));
}

}  // namespace

InputScript::InputScript(std::span<const std::uint8_t> bytes) : rest_(bytes) {
  input_now = HostTime(std::chrono::hours(3));
  const std::uint8_t choice = byte();
  options_.when = static_cast<CaptureWhen>(choice % 3);
  if (choice & 4) options_.capture_button = Button::Extra;
  options_.accelerated = choice & 8;
  options_.sensitivity = choice & 16 ? 0.3 : 1;
  guest_.has_tablet = choice & 32;
  host_.can_place = choice & 64;
  usual_ = choice & 128;
  options_.bindings = some_bindings(byte());
}

// A window with keyboard, pointer and a picture, and a guest.
void InputScript::begin_as_usual() {
  static constexpr std::array<std::uint8_t, 11> kEvents = {0, 0, 16, 19, 100, 75, 1, 0, 6, 120, 90};
  const auto script = std::exchange(rest_, kEvents);
  while (!rest_.empty()) {
    step();
    follow();
  }
  rest_ = script;
}

std::string InputScript::play() {
  router_.emplace(options_, guest_, host_, &input_clock);
  if (usual_) begin_as_usual();
  for (int number = 0; number < kMaxSteps && !rest_.empty() && wrong_.empty(); ++number) {
    guest_.log.clear();
    const std::string event = std::to_string(number) + " (kind " + std::to_string(rest_[0]) + "): ";
    step();
    follow();
    check();
    if (!wrong_.empty()) wrong_ = "event " + event + wrong_;
  }
  router_.reset();
  if (wrong_.empty() && !(guest_.keys.empty() && guest_.buttons.empty())) {
    wrong_ = "something is pressed after the end";
  }
  return wrong_;
}

// ---- the script -----------------------------------------------------------------------------

std::uint8_t InputScript::byte() {
  if (rest_.empty()) return 0;
  const std::uint8_t value = rest_.front();
  rest_ = rest_.subspan(1);
  return value;
}

KeyCode InputScript::any_key() {
  static constexpr std::array kKeys = {
      key::kRightCtrl, key::kRightCtrl, KeyCode{30},   KeyCode{33},    KeyCode{17}, key::kCapsLock,
      key::kLeftCtrl,  key::kLeftAlt,   key::kDelete,  key::kF1,       KeyCode{0},  kKeyCount - 1,
      kKeyCount,       KeyCode{16},     key::kNumLock, KeyCode{70'000}};
  return kKeys[byte() % kKeys.size()];
}

PointF InputScript::any_place() {
  const auto at = [](std::uint8_t part) -> double {
    if (part == 255) return std::numeric_limits<double>::quiet_NaN();
    if (part == 254) return -std::numeric_limits<double>::infinity();
    return (part - 20) * 4.3;
  };
  const std::uint8_t x = byte();
  return {.x = at(x), .y = at(byte())};
}

Locks InputScript::any_locks() {
  const std::uint8_t bits = byte();
  return {.caps = (bits & 1) != 0, .num = (bits & 2) != 0, .scroll = (bits & 4) != 0};
}

void InputScript::step() {
  const std::uint8_t kind = byte() % 64;
  if (kind >= 48) return on_key();
  if (kind >= 44) return chord();
  if (kind >= 40) return press_then_release(key::kRightCtrl);
  switch (kind % 24) {
    case 0:
      return on_window();
    case 1:
      return on_keyboard_enter();
    case 2:
      return on_keyboard_leave();
    case 3:
      router_->on_guest_locks(any_locks());
      return router_->on_locks(any_locks());
    case 4:
    case 5:
      return pass_time();
    case 6:
      return on_pointer_enter();
    case 7:
      return on_pointer_leave();
    case 8:
      return on_pointer_motion();
    case 9:
      return on_relative_motion();
    case 10:
      return on_button();
    case 11:
      return on_scroll();
    case 12:
    case 13:
      return on_locked(true);
    case 14:
      return on_locked(false);
    case 15:
      return router_->on_shortcuts_inhibited(byte() % 2 != 0);
    case 16:
      return on_connection(true);
    case 17:
      return on_connection(false);
    case 18:
      return on_tablet();
    case 19:
      picture_ = {byte() * 8u, byte() * 8u};
      return router_->on_picture(picture_);
    case 20:
      return perform();
    case 21:
      host_.pointer = Point{byte() * 9, byte() * 9};
      return router_->on_guest_pointer(*host_.pointer);
    case 22:
      return on_pointer_motion();
    default:
      return on_button();
  }
}

// ---- each event, and what has to follow -------------------------------------------------------

void InputScript::on_window() {
  const bool was_activated = facts_.activated;
  const std::uint8_t bits = byte();
  facts_ = {.mapped = bits % 16 != 15,
            .activated = (bits & 16) == 0,
            .fullscreen = (bits & 32) != 0,
            .suspended = bits % 16 == 14,
            .logical = bits & 64 ? Size{1000, 500} : Size{800, bits == 128 ? 0u : 600u}};
  router_->on_window(facts_);
  const bool deactivated = was_activated && !facts_.activated;
  if (deactivated) deactivated_ = true;
  if (facts_.activated) deactivated_ = false;
  if (deactivated || !present()) lose_all();
}

void InputScript::on_keyboard_enter() {
  std::vector<KeyCode> held(byte() % 4);
  std::ranges::generate(held, [this] { return any_key(); });
  router_->on_keyboard_enter(held);
  if (keyboard_) {
    lose_all();
    foreign_.clear();
    swallowed_.clear();
    trigger_ = {};
  }
  keyboard_ = true;
  deactivated_ = false;
  foreign_.insert(held.begin(), held.end());
}

void InputScript::on_keyboard_leave() {
  router_->on_keyboard_leave();
  keyboard_ = false;
  foreign_.clear();
  lose_all();
}

void InputScript::press_then_release(KeyCode key) {
  on_key(key, true);
  follow();
  on_key(key, false);
  follow();
}

void InputScript::chord() {
  on_key(key::kRightCtrl, true);
  follow();
  press_then_release(any_key());
  on_key(key::kRightCtrl, false);
}

void InputScript::on_key() {
  const KeyCode key = any_key();
  on_key(key, byte() % 2 != 0);
}

void InputScript::on_key(KeyCode key, bool down) {
  router_->on_key(key, down);
  if (key >= kKeyCount || !keyboard_) return;
  if (foreign_.contains(key)) {
    if (!down) foreign_.erase(key);
    return;
  }
  if (!focused()) return;
  if (key == options_.bindings.trigger()) return use_trigger(down);
  if (!down) {
    if (swallowed_.erase(key) == 0) keys_.erase(key);
  } else if (trigger_.held && !swallowed_.contains(key)) {
    trigger_.alone = false;
    swallowed_.insert(key);
    if (const auto command = options_.bindings.command(key)) expect_command(*command);
    ++seen_.chords;
  } else if (!swallowed_.contains(key) && guest_.connected) {
    keys_.insert(key);
    ++seen_.pressed_in_guest;
  }
}

void InputScript::use_trigger(bool down) {
  if (down) {
    if (!trigger_.held) trigger_ = {.held = true, .alone = true, .since = input_now};
    return;
  }
  const bool tap = trigger_.alone && input_now - trigger_.since < Hotkey::kHold;
  trigger_ = {};
  const bool toggles = tap && options_.when != CaptureWhen::Never;
  seen_.taps += toggles ? 1 : 0;
  require((router_->capture_wanted() != was_wanted_) == toggles,
          "capture is toggled by a tap of the trigger, and by nothing else of it");
}

void InputScript::expect_command(Command command) {
  if (command == Command::ReleaseAll) {
    lose_all();
  } else if (const auto key = sent_with_ctrl_alt(command)) {
    keys_.erase(*key);
  } else if (command > Command::Release) {
    ++ran_;
  }
}

void InputScript::on_pointer_enter() {
  router_->on_pointer_enter(any_place());
  inside_ = true;
}

void InputScript::on_pointer_leave() {
  const bool was_captured = captured();
  router_->on_pointer_leave();
  inside_ = false;
  if (was_captured) return lose_all();
  require(guest_.buttons.empty(), "no button stays pressed where the pointer is not");
}

void InputScript::on_pointer_motion() {
  router_->on_pointer_motion(any_place());
  const bool follows = pointer_reaches() && !captured();
  require(follows || guest_.log.empty(), "the desktop's pointer is nothing to a captured guest");
  require(!follows || !guest_.has_tablet || guest_.log.size() == 1, "a tablet gets each place");
  seen_.moves += static_cast<int>(guest_.log.size());
}

void InputScript::on_relative_motion() {
  const PointF way = any_place();
  router_->on_relative_motion({.accelerated = way, .raw = way});
  require(captured() || guest_.log.empty(), "distances count only when captured");
  seen_.moves += static_cast<int>(guest_.log.size());
}

void InputScript::on_button() {
  const Button button = any_button();
  const bool down = byte() % 2 != 0;
  router_->on_button(button, down);
  if (!inside_) return;
  if (down) trigger_.alone = false;
  if (button == options_.capture_button && options_.when != CaptureWhen::Never) {
    require((router_->capture_wanted() != was_wanted_) == down, "the button toggles capture");
  } else if (!down) {
    buttons_.erase(button);
  } else if (pointer_reaches()) {
    buttons_.insert(button);
  }
}

void InputScript::on_scroll() {
  const auto detents = static_cast<std::int8_t>(byte());
  router_->on_scroll({.axis = detents % 2 != 0 ? Axis::Vertical : Axis::Horizontal,
                      .detents120 = detents * 8,
                      .distance = any_place().x});
  trigger_.alone = false;
  require(pointer_reaches() || guest_.log.empty(), "the wheel turns only under the pointer");
}

void InputScript::on_locked(bool locked) {
  const bool wanted = router_->capture_wanted();
  if (locked) {
    router_->on_pointer_locked();
    locked_ = wanted;
  } else {
    router_->on_pointer_unlocked();
    if (locked_) lose_all();
    locked_ = false;
  }
}

void InputScript::on_connection(bool connected) {
  guest_.connect(connected);
  if (connected) {
    router_->on_guest_connected();
  } else {
    router_->on_guest_disconnected();
  }
  keys_.clear();
  buttons_.clear();
}

void InputScript::on_tablet() {
  guest_.has_tablet = byte() % 2 != 0;
  router_->on_guest_devices_changed();
}

void InputScript::perform() {
  const auto command = static_cast<Command>(byte() % kCommandCount);
  router_->perform(command);
  expect_command(command);
  const bool wanted = router_->capture_wanted();
  if (command == Command::Release) require(!wanted, "release ends capture");
  if (command == Command::Capture) {
    require(wanted == (options_.when != CaptureWhen::Never), "capture begins it unless forbidden");
  }
}

void InputScript::pass_time() {
  const HostTime end = input_now + milliseconds(byte() * 8);
  int rings = 0;
  for (auto due = router_->deadline(); due && *due <= end; due = router_->deadline()) {
    input_now = std::max(input_now, *due);
    router_->on_time(input_now);
    const auto next = router_->deadline();
    require(!next || *next > input_now, "a timer that rang is not due again at once");
    require(++rings < 100, "timers come to rest");
    if (!wrong_.empty()) return;
  }
  input_now = end;
}

// ---- the rules --------------------------------------------------------------------------------

bool InputScript::pointer_reaches() const {
  const bool picture = picture_.area() != 0 && facts_.logical.area() != 0;
  return guest_.connected && inside_ && present() && (captured() || picture);
}

void InputScript::lose_all() {
  seen_.released_by_loss += keys_.empty() && buttons_.empty() ? 0 : 1;
  keys_.clear();
  buttons_.clear();
}

// Losses that follow from others.
void InputScript::follow() {
  const bool wanted = router_->capture_wanted();
  if (!wanted) locked_ = false;
  const bool lost_focus = was_focused_ && !focused();
  if (lost_focus) {
    trigger_ = {};
    swallowed_.clear();
  }
  if (lost_focus || (was_wanted_ && !wanted) || (was_captured_ && !captured())) lose_all();
  if (!pointer_reaches()) buttons_.clear();
  seen_.captured += captured() && !was_captured_ ? 1 : 0;
  was_wanted_ = wanted;
  was_focused_ = focused();
  was_captured_ = captured();
}

void InputScript::check() {
  require(guest_.keys == keys_, "the guest has the keys down that the rules say");
  require(guest_.buttons == buttons_, "the guest has the buttons down that the rules say");
  require(host_.ran.size() == ran_, "the program hears of its commands, once each");
  const bool wanted = router_->capture_wanted();
  require(!wanted || options_.when != CaptureWhen::Never, "capture is forbidden");
  require(host_.lock_asked == wanted,
          "the desktop is asked for the pointer while capture is wanted");
  const bool way_out = options_.bindings.trigger() || options_.capture_button;
  require(host_.inhibit_asked == (wanted && way_out),
          "and for the shortcuts, unless they are the only way out");
  require(router_->captured() == captured(), "captured is wanted, locked and inside");
  require(!host_.list_shown || (trigger_.held && focused()), "the list is the held trigger's");
  const auto mode =
      captured() || !guest_.has_tablet ? PointerMode::Relative : PointerMode::Absolute;
  require(!guest_.connected || guest_.mode == mode, "the mode is that of capture or tablet");
  for (const std::string& line : guest_.log) {
    require(focused() || !line.starts_with("locks"), "locks are set only for a focused window");
  }
  if (wrong_.empty()) wrong_ = guest_.wrong.empty() ? host_.wrong : guest_.wrong;
}

void InputScript::require(bool holds, const char* rule) {
  if (!holds && wrong_.empty()) wrong_ = std::string("not so: ") + rule;
}

}  // namespace pierglass::test
