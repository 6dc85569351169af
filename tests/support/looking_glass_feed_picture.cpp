// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/looking_glass_feed_picture.hpp"

namespace pierglass::test {
namespace {

pixel::Image view(std::vector<std::uint32_t>& pixels, Size size) {
  return {.data = reinterpret_cast<std::byte*>(pixels.data()),
          .pitch = size.width * 4,
          .size = size,
          .format = wire::PixelFormat::Xrgb8888};
}

}  // namespace

Size turned(Size size, std::uint32_t quarters) {
  return quarters % 2 == 0 ? size : Size{size.height, size.width};
}

Rect turned(const Rect& rect, Size size, std::uint32_t quarters) {
  const auto right = static_cast<std::uint32_t>(rect.right());
  const auto bottom = static_cast<std::uint32_t>(rect.bottom());
  switch (quarters % 4) {
    case 1:
      return {size.height - bottom, rect.x, rect.height, rect.width};
    case 2:
      return {size.width - right, size.height - bottom, rect.width, rect.height};
    case 3:
      return {rect.y, size.width - right, rect.height, rect.width};
    default:
      return rect;
  }
}

void FeedPicture::begin(const guest::PatternSpec& spec) {
  spec_ = spec;
  upright_.assign(spec.size.area(), 0);
  turned_.assign(quarters_ == 0 ? 0 : spec.size.area(), 0);
  geometry_ = stored_geometry(size(), format_);
  stored_.assign(format_ == GlassFormat::Bgra ? 0 : geometry_.bytes(), std::byte{0x55});
}

// Where a pixel lands is where a rectangle of one pixel does.
void FeedPicture::turn(const Rect& upright) {
  const Size from = spec_->size;
  const Size to = size();
  for (std::uint32_t y = upright.y; y < upright.bottom(); ++y) {
    for (std::uint32_t x = upright.x; x < upright.right(); ++x) {
      const Rect place = turned({x, y, 1, 1}, from, quarters_);
      turned_[std::size_t{place.y} * to.width + place.x] =
          upright_[std::size_t{y} * from.width + x];
    }
  }
}

std::span<const Rect> FeedPicture::draw(const guest::PatternSpec& spec, std::uint64_t number) {
  pixel::DamageRegion changed;
  if (spec_ != spec) {
    begin(spec);
    changed.set_full(spec.size);
  } else {
    changed = guest::pattern_damage(spec, number_, number);
  }
  number_ = number;
  renderer_.render(view(upright_, spec.size), spec, number, changed.rects());
  std::vector<std::uint32_t>& pixels = quarters_ == 0 ? upright_ : turned_;
  damage_.clear();
  for (const Rect& rect : changed.rects()) {
    if (quarters_ != 0) turn(rect);
    damage_.push_back(turned(rect, spec.size, quarters_));
    if (format_ != GlassFormat::Bgra)
      encode_rect(stored_.data(), geometry_, format_, view(pixels, size()), damage_.back(),
                  sdr_white_);
  }
  return damage_;
}

std::span<const std::byte> FeedPicture::stored() const {
  if (format_ != GlassFormat::Bgra) return stored_;
  return std::as_bytes(std::span(quarters_ == 0 ? upright_ : turned_));
}

}  // namespace pierglass::test
