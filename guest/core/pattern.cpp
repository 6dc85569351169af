// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pattern.hpp"

#include <algorithm>
#include <cstring>

#include "guest/core/encode.hpp"

namespace pierglass::guest {
namespace {

// In groups of eight, so that the compiler makes vector instructions of it at -O2.
void xor_row(std::uint32_t* __restrict to, const std::uint32_t* __restrict from, std::uint32_t key,
             std::uint32_t count) {
  std::uint32_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (std::uint32_t lane = 0; lane < 8; ++lane) to[i + lane] = from[i + lane] ^ key;
  for (; i < count; ++i) to[i] = from[i] ^ key;
}

std::uint32_t read_xrgb(const pixel::ConstImage& picture, std::uint32_t x, std::uint32_t y) {
  std::uint32_t value;
  std::memcpy(&value, picture.row(y) + std::size_t{x} * 4, sizeof value);
  return value & 0x00ffffff;
}

// 0 or 1; nothing for anything between.
std::optional<std::uint64_t> read_cell(std::uint32_t xrgb) {
  constexpr std::uint32_t kTopBits = 0x00e0e0e0;
  if ((xrgb & kTopBits) == kTopBits) return 1;
  if ((xrgb & kTopBits) == 0) return 0;
  return std::nullopt;
}

}  // namespace

void PatternRenderer::prepare(const PatternSpec& spec, std::uint64_t phase) {
  if (spec_ == spec && phase_ == phase && !columns_.empty()) return;
  spec_ = spec;
  phase_ = phase;
  columns_.resize(spec.size.width);
  scratch_.resize(spec.size.width);
  for (std::uint32_t x = 0; x < spec.size.width; ++x)
    columns_[x] = pattern_column(spec.size, phase, x);
}

// `row` is where the picture's column span.x goes; span has the height 1.
void PatternRenderer::draw_row(std::uint32_t* row, const PatternSpec& spec, std::uint64_t frame,
                               const Rect& span) const {
  xor_row(row, columns_.data() + span.x, pattern_row(spec.size, phase_, span.y), span.width);
  const Rect box = pattern_box(spec, frame);
  const Rect boxed = intersection(span, box);
  for (std::uint32_t x = boxed.x; x < boxed.right(); ++x)
    row[x - span.x] = pattern_box_pixel(frame, x - box.x, span.y - box.y);
  if (!has_number(spec.size)) return;
  const Rect numbered = intersection(span, kNumberRect);
  for (std::uint32_t x = numbered.x; x < numbered.right(); ++x)
    row[x - span.x] = number_pixel(frame, x, span.y);
}

void PatternRenderer::render(const pixel::Image& target, const PatternSpec& spec,
                             std::uint64_t frame, std::span<const Rect> rects) {
  prepare(spec, spec.mode == PatternMode::Full ? frame : 0);
  const std::size_t stride = wire::bytes_per_pixel(target.format);
  const bool native = target.format == wire::PixelFormat::Xrgb8888;
  for (const Rect& rect : rects) {
    for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
      std::byte* at = target.row(y) + rect.x * stride;
      const Rect span{rect.x, y, rect.width, 1};
      // Rows are aligned to four bytes: pitches are, and pixels are.
      std::uint32_t* row = native ? reinterpret_cast<std::uint32_t*>(at) : scratch_.data();
      draw_row(row, spec, frame, span);
      if (!native) encode_row(at, row, rect.width, target.format);
    }
  }
}

pixel::DamageRegion pattern_damage(const PatternSpec& spec, std::uint64_t from, std::uint64_t to) {
  pixel::DamageRegion damage;
  if (from == to) return damage;
  if (spec.mode == PatternMode::Full) {
    damage.set_full(spec.size);
    return damage;
  }
  damage.add(pattern_box(spec, from));
  damage.add(pattern_box(spec, to));
  if (has_number(spec.size)) damage.add(kNumberRect);
  return damage;
}

std::optional<std::uint32_t> decode_frame_number(const pixel::ConstImage& picture) {
  if (!has_number(picture.size)) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::uint32_t cell = 0; cell < kNumberColumns * kNumberRows; ++cell) {
    const std::uint32_t x = cell % kNumberColumns * kNumberCell + kNumberCell / 2;
    const std::uint32_t y = cell / kNumberColumns * kNumberCell + kNumberCell / 2;
    const auto bit = read_cell(read_xrgb(picture, x, y));
    if (!bit) return std::nullopt;
    bits |= *bit << cell;
  }
  const auto number = static_cast<std::uint32_t>(bits);
  if (number_bits(number) != bits) return std::nullopt;
  return number;
}

}  // namespace pierglass::guest
