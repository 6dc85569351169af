// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixel/image.hpp"

namespace pierglass::pixel {

// Turns pixels of one format and colour into Xrgb8888:
// - sRGB samples are rounded to eight bits.
// - Light (transfer.hpp) below 0 is black, as is not-a-number. Above 1, each channel is clipped;
// or,
//   where the colour says so, the whole pixel is darkened until its largest channel is the
//   compressed one. Then it is encoded as sRGB.
// Making one computes tables (up to about 2 ms for half floats) and allocates; converting does not.
class RowConverter {
 public:
  RowConverter() = default;  // of Xrgb8888
  RowConverter(wire::PixelFormat format, const Colour& colour);

  // `from` may have any alignment and change while it is read. Nothing beyond `count` pixels is
  // touched.
  void convert(std::uint32_t* to, const std::byte* from, std::uint32_t count) const;

  [[nodiscard]] wire::PixelFormat format() const { return format_; }

 private:
  template <typename Source>
  void make_tables(const Colour& colour);
  template <typename Source>
  void convert_samples(std::uint32_t* to, const std::byte* from, std::uint32_t count) const;

  wire::PixelFormat format_ = wire::PixelFormat::Xrgb8888;
  wire::ColourSpace space_ = wire::ColourSpace::Srgb;
  bool compress_ = false;
  // By sample, for more than eight bits:
  std::vector<std::uint8_t> shown_;  // what becomes of it when its pixel is not compressed
  std::vector<float> light_;         // empty where it is not needed
  std::uint32_t last_plain_ = 0;     // samples up to this one are not compressed
};

}  // namespace pierglass::pixel
