// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pattern_source.hpp"

#include <algorithm>
#include <utility>

#include "guest/core/encode.hpp"
#include "wire/build.hpp"

namespace pierglass::guest {
namespace {

std::uint64_t pack(Size size) {
  return std::uint64_t{size.width} << 32 | size.height;
}

Size unpack_size(std::uint64_t word) {
  return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
}

// Bit 62 tells a wish from none; 31 bits for each coordinate are plenty.
constexpr std::uint64_t kWished = std::uint64_t{1} << 62;

std::uint64_t pack(Point point) {
  const auto x = static_cast<std::uint32_t>(point.x) & 0x7fffffff;
  const auto y = static_cast<std::uint32_t>(point.y) & 0x7fffffff;
  return kWished | std::uint64_t{x} << 31 | y;
}

std::int32_t clamp_to(std::uint64_t bits, std::uint32_t length) {
  const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits << 1)) >> 1;
  return std::clamp(value, 0, static_cast<std::int32_t>(length) - 1);
}

Point unpack_point(std::uint64_t word, Size size) {
  return {clamp_to(word >> 31 & 0x7fffffff, size.width), clamp_to(word & 0x7fffffff, size.height)};
}

}  // namespace

PatternSource::PatternSource(PatternOptions options) : options_(std::move(options)) {
  current_size_.store(pack(options_.sizes.front()), std::memory_order_relaxed);
}

Size PatternSource::wanted_size(HostTime now) {
  const std::uint64_t wish = mode_wish_.load(std::memory_order_relaxed);
  if (wish != 0) return unpack_size(wish);
  if (!started_) started_ = now;
  if (options_.size_time <= Nanoseconds::zero()) return options_.sizes.front();
  const auto turn = static_cast<std::uint64_t>((now - *started_) / options_.size_time);
  return options_.sizes[turn % options_.sizes.size()];
}

void PatternSource::resize(Size size) {
  spec_ = {.size = size, .mode = options_.mode};
  canvas_.assign(std::size_t{wire::pitch_for(size.width, options_.format)} * size.height,
                 std::byte{0});
  current_size_.store(pack(size), std::memory_order_relaxed);
}

CaptureOutcome PatternSource::acquire(HostTime now, Nanoseconds, CapturedFrame& frame) {
  const HostTime begun = HostClock::now();
  const Size size = wanted_size(now);
  const bool fresh = size != spec_.size;
  if (!fresh && options_.mode == PatternMode::Still) return CaptureOutcome::NoChange;
  ++number_;
  if (fresh) {
    resize(size);
    damage_.set_full(size);
  } else {
    damage_ = pattern_damage(spec_, number_ - 1, number_);
  }
  const pixel::Image canvas{canvas_.data(), wire::pitch_for(size.width, options_.format), size,
                            options_.format};
  renderer_.render(canvas, spec_, number_, damage_.rects());
  frame.picture = canvas;
  frame.damage = damage_.rects();
  frame.info = {};
  frame.info.colour_space = colour_space_of(options_.format);
  frame.info.capture_ns = wire_nanoseconds(HostClock::now() - begun);
  return CaptureOutcome::Frame;
}

void PatternSource::move_pointer(Point frame_position) {
  pointer_wish_.store(pack(frame_position), std::memory_order_relaxed);
}

void PatternSource::request_mode(Size size, std::uint32_t) {
  if (!size.area()) return;
  mode_wish_.store(pack(size), std::memory_order_relaxed);
}

PointerUpdate PatternSource::Pointer::poll(HostTime) {
  PointerUpdate update;
  if (!source_.options_.cursor) return update;
  const Size size = unpack_size(source_.current_size_.load(std::memory_order_relaxed));
  const std::uint64_t wish = source_.pointer_wish_.load(std::memory_order_relaxed);
  if (!shape_) {
    shape_ = pattern_cursor(*source_.options_.cursor);
    update.reshaped = true;
    update.shape = shape_->info;
    update.image = shape_->image;
  } else if (source_.options_.cursor_moves) {
    ++ticks_;
  }
  if (source_.options_.cursor_moves || size != size_)
    position_ = pattern_cursor_position(size, ticks_);
  if (wish != std::exchange(last_wish_, wish)) position_ = unpack_point(wish, size);
  size_ = size;
  if (shown_ == position_) return update;
  shown_ = position_;
  update.moved = true;
  update.state = {.position = position_, .visible = true};
  return update;
}

}  // namespace pierglass::guest
