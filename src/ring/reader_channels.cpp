// SPDX-License-Identifier: GPL-2.0-or-later
// Cursor and control messages, the reader's side.
#include <algorithm>

#include "base/checked.hpp"
#include "ring/reader_session.hpp"
#include "ring/shared_words.hpp"
#include "wire/build.hpp"

namespace pierglass::ring {
namespace {

constexpr int kCursorTries = 16;
constexpr std::int32_t kFarthest = 32768;  // pixels; a hostile position must not overflow sums

std::uint64_t control_entry(std::uint32_t index) {
  return offsetof(wire::RawReader, control) +
         std::uint64_t{index % wire::kControlEntries} * sizeof(wire::RawControl);
}

}  // namespace

std::optional<CursorSample> ReaderSession::cursor() const {
  for (int i = 0; i < kCursorTries; ++i) {
    const auto sample = try_cursor();
    if (!sample) continue;
    if (!current()) break;
    return sample;
  }
  return std::nullopt;
}

// Each word is loaded with acquire: if one of them is newer than the first look at the lock, so is
// the second look.
std::optional<CursorSample> ReaderSession::try_cursor() const {
  const auto load = [&]<typename T>(std::size_t field, T) {
    return word_at<T>(region_, layout_.cursor_offset + field).load(std::memory_order_acquire);
  };
  const auto lock = load(offsetof(wire::RawCursorHeader, lock), std::uint32_t{});
  if ((lock & 1u) != 0) return std::nullopt;
  CursorSample sample{.serial = lock};
  const auto x = load(offsetof(wire::RawCursorHeader, x), std::int32_t{});
  const auto y = load(offsetof(wire::RawCursorHeader, y), std::int32_t{});
  sample.position = {std::clamp(x, -kFarthest, kFarthest), std::clamp(y, -kFarthest, kFarthest)};
  sample.visible = load(offsetof(wire::RawCursorHeader, visible), std::uint32_t{}) != 0;
  sample.acceleration = load(offsetof(wire::RawCursorHeader, acceleration), std::uint32_t{}) != 0;
  sample.speed = load(offsetof(wire::RawCursorHeader, speed), std::uint32_t{});
  sample.shape_ticket = load(offsetof(wire::RawCursorHeader, shape), std::uint64_t{});
  if (load(offsetof(wire::RawCursorHeader, lock), std::uint32_t{}) != lock) return std::nullopt;
  return sample;
}

Result<wire::ShapeInfo> ReaderSession::copy_shape(std::uint64_t ticket,
                                                  std::span<std::byte> image) const {
  const std::uint32_t slot = wire::ticket_slot(ticket);
  const std::uint64_t sequence = wire::ticket_sequence(ticket);
  if (image.size() < layout_.shape_bytes) {
    return fail(ErrorCode::InvalidArgument, "shape image", image.size(), layout_.shape_bytes);
  }
  if (sequence == 0) return fail(ErrorCode::Stale, "shape");
  if (slot >= layout_.shape_count) {
    return fail(ErrorCode::Corrupt, "shape ticket", slot, layout_.shape_count);
  }
  const std::span<std::byte> shape =
      region_.subspan(layout_.shape_at(slot), sizeof(wire::RawShape) + layout_.shape_bytes);
  const wire::ShapeInfo info = TRY(wire::parse_shape(shape, sequence, layout_.shape_bytes));
  const std::size_t bytes =
      std::min<std::size_t>(align_up(info.bytes(), 8u), layout_.shape_bytes);  // whole words
  read_shared(image.data(), shape.subspan(sizeof(wire::RawShape)).data(), bytes);
  if (load_shared_word(shape.data()) != sequence || !current()) {
    return fail(ErrorCode::Stale, "shape");
  }
  return info;
}

Result<void> ReaderSession::send(const wire::ControlMessage& message) {
  TRY(ensure_member());
  const std::uint64_t block = at(0);
  const auto head_word =
      word_at<std::uint32_t>(region_, block + offsetof(wire::RawReader, control_head));
  const auto tail = word_at<std::uint32_t>(region_, block + offsetof(wire::RawReader, control_tail))
                        .load(std::memory_order_acquire);
  const std::uint32_t head = head_word.load(std::memory_order_relaxed);
  if (head - tail >= wire::kControlEntries) return fail(ErrorCode::Busy, "control ring");
  const wire::RawControl raw = wire::make_control(message);
  write_shared(region_.subspan(block + control_entry(head)).data(), &raw, sizeof raw);
  head_word.store(head + 1, std::memory_order_release);
  return {};
}

}  // namespace pierglass::ring
