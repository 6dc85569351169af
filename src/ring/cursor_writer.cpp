// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include "base/checked.hpp"
#include "ring/guest_session.hpp"
#include "ring/shared_words.hpp"

namespace pierglass::ring {

void CursorWriter::move(const CursorState& state) {
  state_ = state;
  store_locked();
}

// Every word is stored with release, so that a reader which sees one of them also sees the odd
// lock.
void CursorWriter::store_locked() {
  SharedWords words(region_, layout_);
  const auto store = [&]<typename T>(std::size_t field, T value) {
    words.at<T>(layout_.cursor_offset + field).store(value, std::memory_order_release);
  };
  store(offsetof(wire::RawCursorHeader, lock), lock_ + 1);
  store(offsetof(wire::RawCursorHeader, visible), std::uint32_t{state_.visible});
  store(offsetof(wire::RawCursorHeader, x), state_.position.x);
  store(offsetof(wire::RawCursorHeader, y), state_.position.y);
  store(offsetof(wire::RawCursorHeader, shape), shape_ticket_);
  store(offsetof(wire::RawCursorHeader, acceleration), std::uint32_t{state_.acceleration});
  store(offsetof(wire::RawCursorHeader, speed), state_.speed);
  lock_ += 2;
  store(offsetof(wire::RawCursorHeader, lock), lock_);
}

Result<void> CursorWriter::set_shape(const wire::ShapeInfo& info,
                                     std::span<const std::byte> image) {
  const std::uint64_t needed = std::uint64_t{info.pitch} * info.size.height *
                               (info.type == wire::CursorType::Monochrome ? 2 : 1);
  if (needed > layout_.shape_bytes) {
    return fail(ErrorCode::TooLarge, "shape", needed, layout_.shape_bytes);
  }
  if (image.size() != needed) {
    return fail(ErrorCode::InvalidArgument, "shape image", image.size(), needed);
  }
  alignas(wire::RawShape) std::array<std::byte, sizeof(wire::RawShape)> header{};
  wire::write_shape(header, info);
  write_shared(header.data(), &next_sequence_, sizeof next_sequence_);
  if (const auto readable = wire::parse_shape(header, next_sequence_, layout_.shape_bytes);
      !readable) {
    Error error = readable.error();
    error.code = ErrorCode::InvalidArgument;
    return std::unexpected(error);
  }

  const auto slot = static_cast<std::uint32_t>(next_sequence_ % layout_.shape_count);
  const std::span<std::byte> shape =
      region_.subspan(layout_.shape_at(slot), sizeof(wire::RawShape) + layout_.shape_bytes);
  const auto sequence = word_at<std::uint64_t>(shape, offsetof(wire::RawShape, sequence));
  sequence.store(0, std::memory_order_relaxed);
  wire::write_shape(shape, info);
  write_shared(shape.subspan(sizeof(wire::RawShape)).data(), image.data(), image.size());
  sequence.store(next_sequence_, std::memory_order_release);
  shape_ticket_ = wire::make_ticket(next_sequence_, slot);
  ++next_sequence_;
  store_locked();
  return {};
}

}  // namespace pierglass::ring
