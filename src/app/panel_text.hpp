// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace pierglass::app {

// What the texts over the picture say: words that pass, words that stand while something is so, the
// list of chords, the line of statistics. Pure; one thread.
class PanelText {
 public:
  // What a passing word is about: a newer one about the same replaces it.
  enum class Topic : std::uint8_t { Capture, Connection, Screenshot, Filter, Tearing };
  static constexpr std::size_t kTopics = 5;

  // Longer sentences become several lines.
  static constexpr std::size_t kColumns = 76;

  // Shown for `span` from `now` on.
  void say(Topic topic, std::string line, HostTime now, Nanoseconds span);

  // Stand until changed; empty: none.
  void set_notice(std::string line) { notice_ = std::move(line); }
  void set_status(std::vector<std::string> lines) { status_ = std::move(lines); }
  void set_chords(std::vector<std::string> lines) { chords_ = std::move(lines); }

  // What is to be on the picture, from the top; empty: nothing. Forgets what has passed.
  [[nodiscard]] std::vector<std::string> lines(HostTime now);

  // When lines() will be another without any call; nothing: never.
  [[nodiscard]] std::optional<HostTime> next() const;

 private:
  struct Passing {
    std::string line;
    HostTime until;
  };

  std::string notice_;
  std::array<Passing, kTopics> passing_;
  std::vector<std::string> status_;
  std::vector<std::string> chords_;
};

}  // namespace pierglass::app
