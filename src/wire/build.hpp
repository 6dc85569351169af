// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "wire/parse.hpp"

// The writing half: what parse.hpp reads. None of these allocates, blocks or logs.
namespace pierglass::wire {

struct RegionSpec {
  std::uint32_t slot_count = 4;  // kMinSlots .. kMaxSlots
  std::uint32_t shape_count = 4;
  std::uint32_t reader_count = 8;
  std::uint32_t guest_release = 0;
  std::string_view guest_name;
};

// The pitch that every GPU's importer takes; not larger than needed (RDNA1 insists).
constexpr std::uint32_t pitch_for(std::uint32_t width, PixelFormat format) {
  return (width * bytes_per_pixel(format) + kPitchAlignment - 1) & ~(kPitchAlignment - 1);
}

// Bytes that a slot needs for one picture, rows padded for GPU import.
constexpr std::uint64_t slot_bytes_for(Size size, PixelFormat format) {
  const std::uint64_t rows = (size.height + kRowAlignment - 1) & ~(kRowAlignment - 1);
  return rows * pitch_for(size.width, format);
}

// Bytes of region that `spec` needs so that each slot holds `size`; IVSHMEM wants the next power
// of two, which the caller rounds to.
std::uint64_t region_bytes_for(const RegionSpec& spec, Size size, PixelFormat format);

// Where things go in a region of `region_bytes`; slots share what the channels leave, so that
// slot_bytes is as large as it can be. TooSmall when not even a 640×480 picture fits a slot.
Result<RegionLayout> plan_region(std::uint64_t region_bytes, const RegionSpec& spec);

// Writes headers and channel table for `layout` over whatever was there, with session 0: the
// caller publishes layout.session afterwards with a release store (ring does). Slots' pixels are
// left as they are.
void write_region(std::span<std::byte> region, const RegionLayout& layout);

// Fills `record`'s info and damage, not its hot first line.
void write_frame(std::span<std::byte> record, const FrameRecord& frame);

// Fills `shape`'s header except its sequence; the image follows at offset sizeof(RawShape).
void write_shape(std::span<std::byte> shape, const ShapeInfo& info);

RawControl make_control(const ControlMessage& message);

}  // namespace pierglass::wire
