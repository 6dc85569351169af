// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "compat/dialect.hpp"
#include "pixel/image.hpp"
#include "wire/format.hpp"
#include "wire/parse.hpp"

namespace pierglass::compat {

// A checked frame message. Its pixels are in shared memory and may be written at any moment.
struct KvmfrFrame {
  std::uint32_t format_version = 0;
  std::uint32_t serial = 0;
  Size size;    // of what is stored and shown: less rows than `wanted` when truncated
  Size wanted;  // of the whole picture
  Size screen;  // of the captured desktop, as stored (not turned upright)
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  pixel::Colour colour;
  wire::HdrMetadata hdr;
  wire::Rotation rotation = wire::Rotation::None;  // clockwise, to stand upright
  std::uint32_t pitch = 0;                         // bytes
  std::uint32_t write_position = 0;  // of the u32 that counts valid bytes, from the payload's start
  std::uint32_t pixels = 0;          // from the payload's start
  std::uint32_t damage_count = 0;    // 0: everything may have changed since the frame before
  std::array<Rect, 64> damage;       // inside `size`, not empty
  bool truncated = false;
  bool keep_screen_on = false;
  bool wants_attention = false;

  [[nodiscard]] pixel::PictureKind kind() const { return {size, format, colour, rotation}; }
};

// Copies one frame message's header once and checks it. `payload` is the whole allocation in shared
// memory. Corrupt when a field is impossible or not one row fits the payload; rows that do not fit
// are cut (hosts of release B7 may send them).
Result<KvmfrFrame> parse_kvmfr_frame(std::span<const std::byte> payload,
                                     const KvmfrFrameLayout& layout);

// Rows of `frame` that are complete when the host has counted `valid_bytes`.
std::uint32_t rows_written(const KvmfrFrame& frame, std::uint32_t valid_bytes);

// The size of shared memory that a host needs for such pictures, bytes, a power of two.
std::uint64_t memory_needed(const KvmfrFrame& frame);

}  // namespace pierglass::compat
