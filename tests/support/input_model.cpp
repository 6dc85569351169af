// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/input_model.hpp"

#include <utility>

#include "input/key_names.hpp"

namespace pierglass::test {

using namespace input;

void ModelGuest::connect(bool now) {
  connected = now;
  keys.clear();
  buttons.clear();
  mode.reset();
}

std::vector<std::string> ModelGuest::take_log() {
  return std::exchange(log, {});
}

void ModelGuest::require(bool holds, const std::string& what) {
  if (!holds && wrong.empty()) wrong = what;
}

void ModelGuest::note(std::string text) {
  require(connected, text + " without a connection");
  log.push_back(std::move(text));
}

void ModelGuest::key(KeyCode key, bool down) {
  const std::string text = (down ? "press " : "release ") + std::to_string(key);
  note(text);
  require(key < kKeyCount, text + ": no such key");
  require(down ? keys.insert(key).second : keys.erase(key) == 1, text + " twice");
}

void ModelGuest::button(Button button, bool down) {
  const std::string text =
      (down ? "press button " : "release button ") + std::to_string(static_cast<unsigned>(button));
  note(text);
  require(down ? buttons.insert(button).second : buttons.erase(button) == 1, text + " twice");
}

void ModelGuest::scroll(Axis axis, std::int32_t notches) {
  note((axis == Axis::Vertical ? "scroll " : "scroll aside ") + std::to_string(notches));
  require(notches != 0, "scroll by nothing");
}

void ModelGuest::move_by(std::int32_t dx, std::int32_t dy) {
  note("move by " + std::to_string(dx) + " " + std::to_string(dy));
  require(mode == PointerMode::Relative, "move by, but the mode is absolute");
  require(dx != 0 || dy != 0, "move by nothing");
}

void ModelGuest::move_to(Point position) {
  note("move to " + std::to_string(position.x) + " " + std::to_string(position.y));
  require(mode == PointerMode::Absolute, "move to, but the mode is relative");
}

void ModelGuest::set_locks(Locks locks) {
  note(std::string("locks") + (locks.caps ? " caps" : "") + (locks.num ? " num" : "") +
       (locks.scroll ? " scroll" : ""));
}

bool ModelGuest::set_pointer_mode(PointerMode wanted) {
  note(wanted == PointerMode::Relative ? "mode relative" : "mode absolute");
  if (wanted == PointerMode::Absolute && !has_tablet) return false;
  mode = wanted;
  return true;
}

void ModelHost::require(bool holds, const char* what) {
  if (!holds && wrong.empty()) wrong = what;
}

void ModelHost::lock_pointer() {
  require(!std::exchange(lock_asked, true), "the lock is asked for twice");
}

void ModelHost::unlock_pointer(std::optional<PointF> where) {
  require(std::exchange(lock_asked, false), "the lock is given back twice");
  reappear = where;
}

void ModelHost::inhibit_shortcuts(bool inhibit) {
  require(std::exchange(inhibit_asked, inhibit) != inhibit, "shortcuts are asked for twice");
}

bool ModelHost::place_guest_pointer(Point position) {
  if (can_place) placed.push_back(position);
  return can_place;
}

void ModelHost::show_chords(bool show) {
  require(std::exchange(list_shown, show) != show, "the list is shown or hidden twice");
}

}  // namespace pierglass::test
