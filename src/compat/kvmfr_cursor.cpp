// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_cursor.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "compat/require.hpp"
#include "pixel/cursor.hpp"

namespace pierglass::compat {
namespace {

// The start of every version's pointer message; the shape follows what the version adds.
struct Head {
  std::int16_t x;
  std::int16_t y;
  std::uint32_t type;
  std::int8_t hot_x;
  std::int8_t hot_y;
  std::uint16_t unused;
  std::uint32_t width;
  std::uint32_t height;
  std::uint32_t pitch;
};
static_assert(sizeof(Head) == 24);

constexpr std::uint64_t kPosition = 1;
constexpr std::uint64_t kVisible = 2;
constexpr std::uint64_t kShape = 4;

Result<wire::CursorType> type_from(std::uint32_t type) {
  switch (type) {
    case 0:
      return wire::CursorType::Colour;
    case 1:
      return wire::CursorType::Monochrome;
    case 2:
      return wire::CursorType::MaskedColour;
    default:
      return fail(ErrorCode::Corrupt, "pointer type", type);
  }
}

bool is_one_bit(wire::CursorType type) {
  return type == wire::CursorType::Monochrome;
}

std::uint32_t row_bytes(wire::CursorType type, std::uint32_t width) {
  return is_one_bit(type) ? (width + 7) / 8 : width * 4;
}

std::int32_t clamped(std::int32_t hot, std::uint32_t side) {
  return std::clamp(hot, 0, static_cast<std::int32_t>(side) - 1);
}

Result<wire::ShapeInfo> shape_from(const Head& head, std::uint64_t room) {
  wire::ShapeInfo shape{.type = TRY(type_from(head.type))};
  const bool one_bit = is_one_bit(shape.type);
  TRY(require(!one_bit || head.height % 2 == 0, "pointer height", head.height));
  shape.size = {head.width, one_bit ? head.height / 2 : head.height};
  const auto sane = [](std::uint32_t side) { return side >= 1 && side <= pixel::kMaxPointerSide; };
  TRY(require(sane(shape.size.width), "pointer width", head.width));
  TRY(require(sane(shape.size.height), "pointer height", head.height));
  const std::uint64_t bytes = std::uint64_t{head.pitch} * head.height;
  TRY(require(head.pitch >= row_bytes(shape.type, head.width) &&
                  bytes <= std::min<std::uint64_t>(room, kMaxCursorBytes),
              "pointer pitch", head.pitch));
  shape.pitch = head.pitch;
  shape.hot = {clamped(head.hot_x, shape.size.width), clamped(head.hot_y, shape.size.height)};
  return shape;
}

}  // namespace

Result<KvmfrCursor> parse_kvmfr_cursor(std::span<const std::byte> payload, std::uint64_t flags,
                                       const KvmfrCursorLayout& layout) {
  TRY(require(payload.size() >= layout.bytes, "pointer message", payload.size()));
  const auto head = snapshot<Head>(payload.data());
  KvmfrCursor cursor;
  if (layout.visible_valid_flag == 0 || (flags & layout.visible_valid_flag) != 0) {
    cursor.visible = (flags & kVisible) != 0;
  }
  if ((flags & kPosition) != 0) cursor.corner = Point{head.x, head.y};
  if ((flags & kShape) == 0) return cursor;
  cursor.shape = TRY(shape_from(head, payload.size() - layout.bytes));
  cursor.shape_offset = layout.bytes;
  cursor.hot = {head.hot_x, head.hot_y};
  cursor.has_shape = true;
  return cursor;
}

wire::ShapeInfo copy_kvmfr_shape(const KvmfrCursor& cursor, std::span<const std::byte> payload,
                                 std::vector<std::byte>& into) {
  wire::ShapeInfo shape = cursor.shape;
  shape.pitch = row_bytes(shape.type, shape.size.width);
  into.resize(shape.bytes());
  const std::byte* from = payload.data() + cursor.shape_offset;
  for (std::size_t at = 0; at < into.size(); at += shape.pitch, from += cursor.shape.pitch) {
    read_shared(into.data() + at, from, shape.pitch);
  }
  return shape;
}

std::array<std::byte, 12> set_cursor_position_message(Point position) {
  constexpr std::uint32_t kSetCursorPosition = 0;
  std::array<std::byte, 12> message;
  std::memcpy(message.data(), &kSetCursorPosition, 4);
  std::memcpy(message.data() + 4, &position.x, 4);
  std::memcpy(message.data() + 8, &position.y, 4);
  return message;
}

}  // namespace pierglass::compat
