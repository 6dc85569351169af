// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/guest_news.hpp"
#include "base/clock.hpp"

namespace pierglass::app {

// What the log says of the guest: a line for each new status, introduction and notice, but at most
// one of each kind a second, with the newest state, whatever the guest does. What it has come back
// to by then is not said again. One thread.
class GuestLog {
 public:
  static constexpr Nanoseconds kInterval = std::chrono::seconds(1);

  struct Line {
    bool warning = false;
    std::string text;
    friend bool operator==(const Line&, const Line&) = default;
  };

  GuestLog();

  void hear(const GuestNews& news);

  // The lines that are due; they count as logged.
  std::vector<Line> take(HostTime now);

  // When take() will have more unless the guest changes; nothing: no line waits.
  [[nodiscard]] std::optional<HostTime> next() const;

 private:
  struct Kind {
    bool warning = false;
    std::string newest;
    std::string logged;
    HostTime earliest;  // not before: one was logged
    [[nodiscard]] bool waits() const { return !newest.empty() && newest != logged; }
  };
  enum Which : std::uint8_t { kStatus, kIntroduction, kNotice, kKinds };

  std::array<Kind, kKinds> kinds_;
};

}  // namespace pierglass::app
