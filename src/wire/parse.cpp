// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/parse.hpp"

#include <algorithm>

#include "base/checked.hpp"

namespace pierglass::wire {
namespace {

Result<void> require(bool ok, const char* field, std::uint64_t got,
                     std::source_location where = std::source_location::current()) {
  if (!ok) return fail(ErrorCode::Corrupt, field, got, 0, where);
  return {};
}

bool within(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value >= low && value <= high;
}

// The slot or shape still holds what the caller was told about. Both start with the word.
Result<void> require_sequence(const void* record, std::uint64_t sequence) {
  const std::uint64_t found = load_shared_word(record);
  if (sequence == 0 || found != sequence) {
    return fail(ErrorCode::Stale, "sequence", found, sequence);
  }
  return {};
}

struct RawFrame {
  RawFrameInfo info;
  std::array<RawDamage, kMaxDamageRects> damage;  // only the first damage_count are set
};

// Copies between two looks at the sequence: what comes back belongs to one frame.
Result<void> read_frame(const std::byte* record, std::uint64_t sequence, RawFrame& raw) {
  TRY(require_sequence(record, sequence));
  raw.info = snapshot<RawFrameInfo>(record + offsetof(RawFrameRecord, info));
  const std::uint32_t rects = std::min(raw.info.damage_count, kMaxDamageRects);
  read_shared(raw.damage.data(), record + offsetof(RawFrameRecord, damage),
              rects * sizeof(RawDamage));
  TRY(require_sequence(record, sequence));
  if (raw.info.sequence != sequence) {
    return fail(ErrorCode::Stale, "info.sequence", raw.info.sequence, sequence);
  }
  return {};
}

Result<void> check_picture(const RawFrameInfo& raw, std::uint64_t slot_bytes) {
  const auto format = pixel_format_from(raw.fourcc);
  if (!format) return fail(ErrorCode::Corrupt, "fourcc", raw.fourcc);
  TRY(require(within(raw.width, 1, kMaxDimension), "width", raw.width));
  TRY(require(within(raw.height, 1, kMaxDimension), "height", raw.height));
  TRY(require(raw.pitch % kPitchAlignment == 0 &&
                  raw.pitch >= std::uint64_t{raw.width} * bytes_per_pixel(*format),
              "pitch", raw.pitch));
  TRY(require(std::uint64_t{raw.pitch} * raw.height <= slot_bytes, "pitch", raw.pitch));
  TRY(require(raw.rotation <= std::uint32_t(Rotation::Turn270), "rotation", raw.rotation));
  TRY(require(within(raw.colour_space, std::uint32_t(ColourSpace::Srgb),
                     std::uint32_t(ColourSpace::Bt2020Pq)),
              "colour_space", raw.colour_space));
  return {};
}

// `raw` has passed check_picture.
FrameInfo make_info(const RawFrameInfo& raw) {
  FrameInfo info;
  info.sequence = raw.sequence;
  info.format = static_cast<PixelFormat>(raw.fourcc);
  info.size = {raw.width, raw.height};
  info.pitch = raw.pitch;
  info.rotation = static_cast<Rotation>(raw.rotation);
  info.colour_space = static_cast<ColourSpace>(raw.colour_space);
  info.sdr_white_millinits = raw.sdr_white_millinits;
  info.capture_ns = raw.capture_ns;
  info.publish_before_ns = raw.publish_before_ns;
  std::ranges::copy(raw.primaries, info.hdr.primaries.begin());
  info.hdr.max_luminance = raw.max_luminance;
  info.hdr.min_luminance = raw.min_luminance;
  info.hdr.max_content_light = raw.max_content_light;
  info.hdr.max_frame_avg_light = raw.max_frame_avg_light;
  return info;
}

Result<void> take_damage(const RawFrame& raw, FrameRecord& frame) {
  TRY(require(raw.info.damage_floor <= raw.info.sequence, "damage_floor", raw.info.damage_floor));
  TRY(require(raw.info.damage_count <= kMaxDamageRects, "damage_count", raw.info.damage_count));
  for (std::uint32_t i = 0; i < raw.info.damage_count; ++i) {
    const RawDamage& from = raw.damage[i];
    const Rect rect{from.x, from.y, from.width, from.height};
    TRY(require(!rect.empty() && rect.inside(frame.info.size), "damage", i));
    TRY(require(from.age <= raw.info.sequence, "damage age", from.age));
    frame.damage[i] = {.rect = rect, .age = from.age};
  }
  frame.damage_floor = raw.info.damage_floor;
  frame.damage_count = raw.info.damage_count;
  return {};
}

Result<void> check_shape(const RawShape& raw, std::uint32_t shape_bytes) {
  TRY(require(
      within(raw.type, std::uint32_t(CursorType::Colour), std::uint32_t(CursorType::MaskedColour)),
      "cursor type", raw.type));
  TRY(require(within(raw.width, 1, kMaxCursorSide), "cursor width", raw.width));
  TRY(require(within(raw.height, 1, kMaxCursorSide), "cursor height", raw.height));
  const bool one_bit = raw.type == std::uint32_t(CursorType::Monochrome);
  const std::uint32_t row_bytes = one_bit ? (raw.width + 7) / 8 : raw.width * 4;
  TRY(require(raw.pitch >= row_bytes && (one_bit || raw.pitch % 4 == 0), "cursor pitch",
              raw.pitch));
  const std::uint64_t planes = one_bit ? 2 : 1;
  TRY(require(planes * raw.pitch * raw.height <= shape_bytes, "cursor pitch", raw.pitch));
  TRY(require(within(raw.hot_x, 0, std::int64_t{raw.width} - 1), "hot_x",
              std::uint32_t(raw.hot_x)));
  TRY(require(within(raw.hot_y, 0, std::int64_t{raw.height} - 1), "hot_y",
              std::uint32_t(raw.hot_y)));
  return {};
}

Result<ControlMessage> make_position(const RawControl& raw) {
  TRY(require(within(raw.a, 0, kMaxDimension - 1), "position x", std::uint32_t(raw.a)));
  TRY(require(within(raw.b, 0, kMaxDimension - 1), "position y", std::uint32_t(raw.b)));
  return ControlMessage{.type = ControlType::SetCursorPosition,
                        .position = {raw.a, raw.b},
                        .size = {},
                        .millihertz = 0,
                        .run = false};
}

Result<ControlMessage> make_mode(const RawControl& raw) {
  TRY(require(within(raw.a, 1, kMaxDimension), "mode width", std::uint32_t(raw.a)));
  TRY(require(within(raw.b, 1, kMaxDimension), "mode height", std::uint32_t(raw.b)));
  TRY(require(raw.c <= kMaxMillihertz, "mode rate", raw.c));
  return ControlMessage{.type = ControlType::SetMode,
                        .position = {},
                        .size = {std::uint32_t(raw.a), std::uint32_t(raw.b)},
                        .millihertz = raw.c,
                        .run = false};
}

Result<ControlMessage> make_capture(const RawControl& raw) {
  TRY(require(within(raw.a, 0, 1), "capture", std::uint32_t(raw.a)));
  return ControlMessage{.type = ControlType::SetCapture,
                        .position = {},
                        .size = {},
                        .millihertz = 0,
                        .run = raw.a == 1};
}

}  // namespace

Result<FrameRecord> parse_frame(std::span<const std::byte> record, std::uint64_t sequence,
                                std::uint64_t slot_bytes) {
  CHECK(record.size() >= sizeof(RawFrameRecord));
  RawFrame raw;
  TRY(read_frame(record.data(), sequence, raw));
  TRY(check_picture(raw.info, slot_bytes));
  Result<FrameRecord> frame{std::in_place};
  frame->info = make_info(raw.info);
  TRY(take_damage(raw, *frame));
  return frame;
}

Result<ShapeInfo> parse_shape(std::span<const std::byte> shape, std::uint64_t sequence,
                              std::uint32_t shape_bytes) {
  CHECK(shape.size() >= sizeof(RawShape));
  TRY(require_sequence(shape.data(), sequence));
  const auto raw = snapshot<RawShape>(shape.data());
  TRY(require_sequence(shape.data(), sequence));
  TRY(check_shape(raw, shape_bytes));
  return ShapeInfo{.sequence = sequence,
                   .type = static_cast<CursorType>(raw.type),
                   .size = {raw.width, raw.height},
                   .pitch = raw.pitch,
                   .hot = {raw.hot_x, raw.hot_y}};
}

Result<std::optional<ControlMessage>> parse_control(std::span<const std::byte> control) {
  CHECK(control.size() >= sizeof(RawControl));
  const auto raw = snapshot<RawControl>(control.data());
  switch (static_cast<ControlType>(raw.type)) {
    case ControlType::SetCursorPosition:
      return TRY(make_position(raw));
    case ControlType::SetMode:
      return TRY(make_mode(raw));
    case ControlType::SetCapture:
      return TRY(make_capture(raw));
  }
  return std::optional<ControlMessage>{};
}

}  // namespace pierglass::wire
