// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "guest/core/pattern.hpp"
#include "tests/support/looking_glass_writer_pixels.hpp"

namespace pierglass::test {

// `rect` of a picture of `size`, once that is turned clockwise by `quarters`.
Rect turned(const Rect& rect, Size size, std::uint32_t quarters);
Size turned(Size size, std::uint32_t quarters);

// The pattern as a host stores it: drawn upright, turned, encoded. Only what changes is done anew.
class FeedPicture {
 public:
  FeedPicture(GlassFormat format, std::uint32_t quarters, std::uint32_t sdr_white)
      : format_(format), quarters_(quarters), sdr_white_(sdr_white) {}

  // Draws frame `number`; the rectangles of the stored picture that differ from the frame drawn
  // before, one for all of it when the spec is another. Valid until the next call.
  std::span<const Rect> draw(const guest::PatternSpec& spec, std::uint64_t number);

  [[nodiscard]] Size size() const { return turned(spec_->size, quarters_); }  // as stored
  [[nodiscard]] std::span<const std::byte> stored() const;

 private:
  void begin(const guest::PatternSpec& spec);
  void turn(const Rect& upright);

  GlassFormat format_;
  std::uint32_t quarters_;
  std::uint32_t sdr_white_;
  guest::PatternRenderer renderer_;
  std::optional<guest::PatternSpec> spec_;
  std::uint64_t number_ = 0;
  std::vector<std::uint32_t> upright_;  // Xrgb8888 as the next
  std::vector<std::uint32_t> turned_;   // unused without rotation
  StoredGeometry geometry_;
  std::vector<std::byte> stored_;  // unused when `turned_` or `upright_` is what is stored
  std::vector<Rect> damage_;
};

}  // namespace pierglass::test
