// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/panel_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pierglass::app {
namespace {

// A sentence as lines that are read at a glance, broken between words where it has any.
void add_wrapped(std::vector<std::string>& lines, std::string_view text) {
  while (text.size() > PanelText::kColumns) {
    const std::size_t space = text.rfind(' ', PanelText::kColumns);
    const bool between = space != text.npos && space > 0;
    lines.emplace_back(text.substr(0, between ? space : PanelText::kColumns));
    text.remove_prefix(between ? space + 1 : PanelText::kColumns);
  }
  if (!text.empty()) lines.emplace_back(text);
}

}  // namespace

void PanelText::say(Topic topic, std::string line, HostTime now, Nanoseconds span) {
  passing_[std::to_underlying(topic)] = {.line = std::move(line), .until = now + span};
}

std::vector<std::string> PanelText::lines(HostTime now) {
  std::vector<std::string> all = status_;
  add_wrapped(all, notice_);
  for (Passing& one : passing_) {
    if (now >= one.until) one.line.clear();
    add_wrapped(all, one.line);
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
