// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "wire/format.hpp"
#include "wire/layout.hpp"

// Checked values made from hostile bytes. Each parse_* copies its record once, checks everything
// and returns a value that later code can use without looking at shared memory again. None of them
// allocates, blocks or logs. Errors: NotARegion, VersionMismatch, NotReady, TooSmall, Corrupt.
namespace pierglass::wire {

// Where everything lies. All ranges are inside the region that was parsed, do not overlap the
// header, and are aligned for atomic access.
struct RegionLayout {
  std::uint64_t region_bytes;
  std::uint64_t session;
  std::uint64_t features;
  std::uint32_t guest_release;
  std::uint16_t layout_minor;
  std::array<char, 64> guest_name;  // printable ASCII, zero-terminated

  // Frames
  std::uint64_t frames_offset;
  std::uint64_t records_offset;  // from the start of the region, as all offsets here
  std::uint32_t record_stride;
  std::uint32_t slot_count;
  std::uint64_t slots_offset;
  std::uint64_t slot_stride;
  std::uint64_t slot_bytes;

  // Cursor
  std::uint64_t cursor_offset;
  std::uint64_t shapes_offset;
  std::uint32_t shape_count;
  std::uint32_t shape_stride;
  std::uint32_t shape_bytes;

  // Readers
  std::uint64_t readers_offset;
  std::uint32_t reader_count;
  std::uint32_t reader_stride;

  friend bool operator==(const RegionLayout&, const RegionLayout&) = default;

  [[nodiscard]] std::uint64_t record_at(std::uint32_t slot) const {
    return records_offset + std::uint64_t{slot} * record_stride;
  }
  [[nodiscard]] std::uint64_t slot_at(std::uint32_t slot) const {
    return slots_offset + std::uint64_t{slot} * slot_stride;
  }
  [[nodiscard]] std::uint64_t shape_at(std::uint32_t shape) const {
    return shapes_offset + std::uint64_t{shape} * shape_stride;
  }
  [[nodiscard]] std::uint64_t reader_at(std::uint32_t reader) const {
    return readers_offset + std::uint64_t{reader} * reader_stride;
  }
};

// `region` is the whole mapping, aligned to a page. NotReady while the guest has not published a
// session (memory that starts with a zero word is a fresh file that no guest has touched) or lays
// the region out anew during the call; NotARegion for any other first word than the magic number;
// TooSmall when the guest laid out more than is mapped (`got` bytes mapped, `want` laid out);
// VersionMismatch for another layout major or when a channel exists only in versions unknown here.
Result<RegionLayout> parse_region(std::span<const std::byte> region);

// The name as it may be shown anywhere: printable ASCII, other bytes as '?', cut to 63 characters
// and at the first zero byte.
std::array<char, 64> printable_name(std::string_view name);

struct HdrMetadata {
  std::array<std::uint16_t, 8> primaries{};  // units of 1/50000
  std::uint32_t max_luminance = 0;           // 1/10000 cd/m2
  std::uint32_t min_luminance = 0;
  std::uint16_t max_content_light = 0;  // cd/m2
  std::uint16_t max_frame_avg_light = 0;
  friend bool operator==(const HdrMetadata&, const HdrMetadata&) = default;
};

struct Damage {
  Rect rect;          // inside the frame, not empty
  std::uint32_t age;  // changed in frame `sequence - age`
  friend bool operator==(const Damage&, const Damage&) = default;
};

// What a frame is; the pixels are apart. Also what a guest fills in to publish one (sequence and
// the damage members are then the ring's business).
struct FrameInfo {
  std::uint64_t sequence = 0;
  PixelFormat format = PixelFormat::Xrgb8888;
  Size size;
  std::uint32_t pitch = 0;  // bytes
  Rotation rotation = Rotation::None;
  ColourSpace colour_space = ColourSpace::Srgb;
  std::uint32_t sdr_white_millinits = 0;
  std::uint32_t capture_ns = 0;
  // How long the frame that this guest published before took from the end of its copy until every
  // sleeping reader had been rung: its own duration no frame can carry. 0: unknown.
  std::uint32_t publish_before_ns = 0;
  HdrMetadata hdr;
  friend bool operator==(const FrameInfo&, const FrameInfo&) = default;

  [[nodiscard]] std::uint64_t bytes() const { return std::uint64_t{pitch} * size.height; }
};

struct FrameRecord {
  FrameInfo info;
  std::uint64_t damage_floor = 0;
  std::uint32_t damage_count = 0;
  std::array<Damage, kMaxDamageRects> damage;

  // False when the list does not reach back to `seen`: everything may have changed.
  [[nodiscard]] bool damage_covers_since(std::uint64_t seen) const {
    return seen != 0 && seen >= damage_floor && seen <= info.sequence;
  }
};

// `record` is one RawFrameRecord in shared memory. Stale when it does not hold `sequence` (it is
// being rewritten); Corrupt when a field is impossible or the picture would not fit `slot_bytes`.
Result<FrameRecord> parse_frame(std::span<const std::byte> record, std::uint64_t sequence,
                                std::uint64_t slot_bytes);

struct ShapeInfo {
  std::uint64_t sequence = 0;
  CursorType type = CursorType::Colour;
  Size size;  // of the picture: a monochrome shape's two planes each have this height
  std::uint32_t pitch = 0;
  Point hot;  // inside the picture
  friend bool operator==(const ShapeInfo&, const ShapeInfo&) = default;

  // Bytes of the image: pitch × height, twice that for monochrome.
  [[nodiscard]] std::uint32_t bytes() const {
    return pitch * size.height * (type == CursorType::Monochrome ? 2 : 1);
  }
};

// `shape` is one RawShape in shared memory. Stale and Corrupt as parse_frame.
Result<ShapeInfo> parse_shape(std::span<const std::byte> shape, std::uint64_t sequence,
                              std::uint32_t shape_bytes);

struct ControlMessage {
  ControlType type;
  Point position;  // SetCursorPosition
  Size size;       // SetMode
  std::uint32_t millihertz = 0;
  bool run = false;  // SetCapture
  friend bool operator==(const ControlMessage&, const ControlMessage&) = default;
};

// Nothing for a type that this version does not know; Corrupt for impossible arguments.
Result<std::optional<ControlMessage>> parse_control(std::span<const std::byte> control);

}  // namespace pierglass::wire
