// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/panel_text.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::app {

void PanelText::say(Topic topic, std::string line, HostTime now, Nanoseconds span) {
  passing_[std::to_underlying(topic)] = {.line = std::move(line), .until = now + span};
}

std::vector<std::string> PanelText::lines(HostTime now) {
  std::vector<std::string> all = status_;
  if (!notice_.empty()) all.push_back(notice_);
  for (Passing& one : passing_) {
    if (now >= one.until) one.line.clear();
    if (!one.line.empty()) all.push_back(one.line);
  }
  all.insert(all.end(), chords_.begin(), chords_.end());
  return all;
}

std::optional<HostTime> PanelText::next() const {
  std::optional<HostTime> first;
  for (const Passing& one : passing_) {
    if (!one.line.empty()) first = std::min(first.value_or(one.until), one.until);
  }
  return first;
}

}  // namespace pierglass::app
