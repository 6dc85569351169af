// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "guest/core/pattern_pixel.hpp"
#include "tests/support/looking_glass_writer.hpp"
#include "wire/format.hpp"

namespace pierglass::test {

enum class FeedDamage : std::uint8_t {
  Exact,  // what differs
  Full,   // one rectangle
  None,   // a count of 0, which means everything
};

struct FeedOptions {
  std::string memory;
  std::uint64_t create_bytes = 0;  // 0: the file is there already
  GlassOptions glass;
  std::vector<Size> sizes{{1920, 1080}};  // upright, shown in turn
  double size_seconds = 5;
  double rate = 60;  // 0: as fast as the reader takes them
  guest::PatternMode mode = guest::PatternMode::Full;
  GlassFrame
      frame;  // format, rotation, flags, screen, keep_rows, sdr_white; size and damage unused
  FeedDamage damage = FeedDamage::Exact;
  std::optional<wire::CursorType> cursor;
  double cursor_rate = 0;
  std::uint32_t chunk = 1 << 20;
  std::uint64_t frames = 0;  // 0: no end
  std::uint64_t first_number = 1;
  bool hold = false;
  bool always = false;
  bool activate = false;
  std::uint64_t die_after = 0;     // frames; 0: never
  std::optional<std::string> log;  // a file, "-" for standard output
};

// The options, or the exit status with which the program must end at once: 0 after --help, else 2
// after one sentence on standard error. `arguments` lacks the program's name.
std::expected<FeedOptions, int> parse_feed_options(const std::vector<std::string>& arguments);

}  // namespace pierglass::test
