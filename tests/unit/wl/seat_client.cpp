// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/wl/seat_client.hpp"

#include <array>
#include <sstream>
#include <utility>

namespace pierglass::wl::test {

namespace {

template <typename... Parts>
std::string words(const Parts&... parts) {
  std::ostringstream text;
  const char* gap = "";
  ((text << std::exchange(gap, " ") << parts), ...);
  return text.str();
}

const char* way(bool down) {
  return down ? "down" : "up";
}

}  // namespace

void RecordedSeatEvents::say(std::string text) {
  log.push_back(text);
  heard(text);
}

void RecordedSeatEvents::on_keyboard_enter(std::span<const input::KeyCode> held) noexcept {
  std::string text = "keyboard enter";
  for (const input::KeyCode key : held) text += " " + std::to_string(key);
  say(text);
}

void RecordedSeatEvents::on_key(input::KeyCode key, bool down) noexcept {
  say(words("key", key, way(down)));
}

void RecordedSeatEvents::on_locks(input::Locks locks) noexcept {
  std::string text = "locks";
  if (locks.caps) text += " caps";
  if (locks.num) text += " num";
  if (locks.scroll) text += " scroll";
  say(text);
}

void RecordedSeatEvents::on_pointer_enter(input::PointF position) noexcept {
  say(words("pointer enter", position.x, position.y));
}

void RecordedSeatEvents::on_pointer_motion(input::PointF position) noexcept {
  say(words("motion", position.x, position.y));
}

void RecordedSeatEvents::on_button(input::Button button, bool down) noexcept {
  constexpr std::array kNames = {"left", "middle", "right", "side", "extra"};
  say(words(kNames.at(std::to_underlying(button)), way(down)));
}

void RecordedSeatEvents::on_scroll(input::Scroll scroll) noexcept {
  const char* axis = scroll.axis == input::Axis::Vertical ? "vertical" : "horizontal";
  say(words(axis, scroll.detents120, scroll.distance));
}

void RecordedSeatEvents::on_relative_motion(input::RelativeMotion motion) noexcept {
  say(words("relative", motion.accelerated.x, motion.accelerated.y, motion.raw.x, motion.raw.y));
}

void RecordedSeatEvents::on_shortcuts_inhibited(bool inhibited) noexcept {
  say(inhibited ? "inhibited" : "not inhibited");
}

SeatClient::SeatClient(FakeOptions options) : TestClient(std::move(options)) {
  open_window();
  seat.emplace(*registry, *window, events);
  settle();
}

Log SeatClient::heard() {
  settle();
  return std::exchange(events.log, {});
}

void SeatClient::point() {
  fake.pointer_enter({1, 2});
  settle();
  std::erase(events.log, "pointer enter 1 2");
}

}  // namespace pierglass::wl::test
