// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "compat/dialect.hpp"
#include "wire/parse.hpp"

namespace pierglass::compat {

// A checked pointer message: what it tells, and nothing else.
struct KvmfrCursor {
  std::optional<Point> corner;  // top left of the shape, pixels of the upright desktop
  std::optional<bool> visible;
  bool has_shape = false;
  wire::ShapeInfo shape;           // valid with has_shape; its hot spot is moved inside it
  std::uint32_t shape_offset = 0;  // of shape.bytes() bytes, from the payload's start
  Point hot;                       // from the corner; may lie outside the shape
};

// Of a shape with all its pitch: the largest picture that the renderer takes.
inline constexpr std::uint32_t kMaxCursorBytes = 1024 * 1024;

// Copies one pointer message's header once and checks it; `flags` came with the message. Corrupt
// when a shape is impossible or does not fit `payload`, the whole allocation in shared memory.
Result<KvmfrCursor> parse_kvmfr_cursor(std::span<const std::byte> payload, std::uint64_t flags,
                                       const KvmfrCursorLayout& layout);

// Copies the rows of a cursor's shape out of the payload that was parsed, packed: what lies between
// them is not read. How they lie in `into`.
wire::ShapeInfo copy_kvmfr_shape(const KvmfrCursor& cursor, std::span<const std::byte> payload,
                                 std::vector<std::byte>& into);

// The message that asks a host to put its hot spot at `position`, pixels of the upright desktop.
std::array<std::byte, 12> set_cursor_position_message(Point position);

}  // namespace pierglass::compat
