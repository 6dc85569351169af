// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/guest_log.hpp"

#include <algorithm>

#include "app/statistics.hpp"

namespace pierglass::app {
namespace {

std::string status_words(const GuestNews& news) {
  return std::string("guest: ") + status_name(news.status) + (news.error.empty() ? "" : ": ") +
         news.error;
}

std::string introduction_words(const GuestNews& news) {
  const std::string words = introduction(news.description);
  return words.empty() ? words : "guest: " + words;
}

}  // namespace

// That nobody is there at first is no news.
GuestLog::GuestLog() {
  kinds_[kStatus].logged = status_words({});
  kinds_[kNotice].warning = true;
}

void GuestLog::hear(const GuestNews& news) {
  kinds_[kStatus].newest = status_words(news);
  kinds_[kIntroduction].newest = introduction_words(news);
  kinds_[kNotice].newest = news.notice;
}

std::vector<GuestLog::Line> GuestLog::take(HostTime now) {
  std::vector<Line> lines;
  for (Kind& kind : kinds_) {
    if (!kind.waits() || now < kind.earliest) continue;
    lines.push_back({.warning = kind.warning, .text = kind.newest});
    kind.logged = kind.newest;
    kind.earliest = now + kInterval;
  }
  return lines;
}

std::optional<HostTime> GuestLog::next() const {
  std::optional<HostTime> next;
  for (const Kind& kind : kinds_) {
    if (kind.waits()) next = std::min(next.value_or(kind.earliest), kind.earliest);
  }
  return next;
}

}  // namespace pierglass::app
