// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/guest_news.hpp"

#include <algorithm>
#include <initializer_list>

namespace pierglass::app {
namespace {

// Wayland messages end at 4 KiB, and nobody reads a longer title.
constexpr std::size_t kMaxTitlePart = 200;

// A title must be UTF-8, which a path in a notice need not be.
std::string for_title(const std::string& text) {
  std::string part = text.size() <= kMaxTitlePart ? text : text.substr(0, kMaxTitlePart) + "...";
  std::ranges::replace_if(part, [](char one) { return one < ' ' || one > '~'; }, '?');
  return part;
}

std::string machine_words(const source::GuestDescription& guest) {
  if (guest.system.empty() || guest.machine.empty()) return guest.system + guest.machine;
  return guest.system + " (" + guest.machine + ")";
}

std::string program_words(const source::GuestDescription& guest) {
  if (guest.program.empty() || guest.capture.empty()) return guest.program + guest.capture;
  return guest.program + ", " + guest.capture;
}

}  // namespace

bool GuestNews::still_holds(source::GuestStatus now, bool moves,
                            const source::FrameSource& source) const {
  return status == now && moving == moves && error == source.error() && notice == source.notice() &&
         wishes == source.wishes() && description == source.description();
}

GuestNews GuestNews::of(source::GuestStatus now, bool moves, const source::FrameSource& source) {
  return {.status = now,
          .error = source.error(),
          .notice = source.notice(),
          .description = source.description(),
          .wishes = source.wishes(),
          .moving = moves};
}

std::string introduction(const source::GuestDescription& guest) {
  if (guest == source::GuestDescription{}) return {};
  std::string text = guest.program.empty() ? "a guest" : guest.program;
  if (!guest.system.empty()) text += " on " + guest.system;
  if (!guest.machine.empty()) text += " (" + guest.machine + ")";
  if (!guest.capture.empty()) text += ", capturing with " + guest.capture;
  if (!guest.uuid.empty()) text += ", machine " + guest.uuid;
  return text;
}

std::string window_title(const source::GuestDescription& guest, const std::string& notice) {
  std::string title = "Pierglass";
  const char* separator = ": ";
  for (const std::string& part : {machine_words(guest), program_words(guest), notice}) {
    if (part.empty()) continue;
    title += separator + for_title(part);
    separator = " - ";
  }
  return title;
}

}  // namespace pierglass::app
