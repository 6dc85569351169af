// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/panel.hpp"

#include <algorithm>
#include <cstring>

#include "gfx/message.hpp"
#include "pixel/scale.hpp"

namespace pierglass::gfx {
namespace {

constexpr std::uint32_t kPadding = 5;     // font pixels, on each side of the text
constexpr std::uint32_t kFromTop = 4;     // font pixels above the box
constexpr std::uint32_t kColumnGap = 12;  // font pixels
constexpr std::uint32_t kWhite = 0xffffff;

struct Columns {
  std::string_view first;
  std::string_view second;  // empty: there is none
};

Columns columns(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return {.first = line, .second = {}};
  return {.first = line.substr(0, tab), .second = line.substr(tab + 1)};
}

constexpr std::uint32_t dimmed_channel(std::uint32_t pixel, int shift) {
  return ((pixel >> shift & 255) * (255 - Panel::kBoxAlpha) + 127) / 255 << shift;
}

constexpr std::uint32_t dimmed(std::uint32_t pixel) {
  return dimmed_channel(pixel, 16) | dimmed_channel(pixel, 8) | dimmed_channel(pixel, 0);
}

// The picture's pixel under the centre of a window's, along one axis.
constexpr std::int64_t picture_at(std::int64_t at, std::uint32_t into, std::uint32_t into_length,
                                  std::uint32_t length) {
  return (2 * (at - into) + 1) * length / (2 * std::int64_t{into_length});
}

bool is_solid(const pixel::CursorImage& image, std::int64_t x, std::int64_t y) {
  if (x < 0 || y < 0 || x >= image.size.width || y >= image.size.height) return false;
  const auto i = static_cast<std::size_t>(y * image.size.width + x);
  if (image.blend[i] >> 24 >= Panel::kPointerAlpha) return true;
  return !image.invert.empty() && image.invert[i] != 0;
}

bool pointer_covers(const PlacedPointer& pointer, std::uint32_t x, std::uint32_t y) {
  const pixel::CursorImage& image = *pointer.cursor.image;
  const Rect& into = pointer.into;
  return is_solid(image,
                  picture_at(x, into.x, into.width, pointer.picture.width) -
                      pointer.cursor.position.x + image.hot.x,
                  picture_at(y, into.y, into.height, pointer.picture.height) -
                      pointer.cursor.position.y + image.hot.y);
}

}  // namespace

Rect PlacedPointer::reach() const {
  if (cursor.image == nullptr || picture.area() == 0) return {};
  const Rect bounds = pixel::cursor_bounds(*cursor.image, cursor.position, picture);
  return pixel::scaled_damage(bounds, picture, into, pixel::Sampling::Nearest);
}

void Panel::set_lines(std::span<const std::string> lines) {
  lines_.clear();
  for (const std::string& line : lines.first(std::min(lines.size(), kMaxLines))) {
    lines_.push_back(line.substr(0, kMaxColumns));
  }
  laid_out_ = false;
}

// In the font's pixels, from the box's left padding; 0 when no line has one.
std::uint32_t Panel::second_column() const {
  std::uint32_t from = 0;
  for (const std::string& line : lines_) {
    const auto [first, second] = columns(line);
    if (!second.empty()) from = std::max(from, text_mask(first, 1).size.width + kColumnGap);
  }
  return from;
}

Size Panel::font_size() const {
  const std::uint32_t from = second_column();
  std::uint32_t widest = 0;
  for (const std::string& line : lines_) {
    const auto [first, second] = columns(line);
    widest = std::max(widest, text_mask(first, 1).size.width);
    if (!second.empty()) widest = std::max(widest, from + text_mask(second, 1).size.width);
  }
  return {widest + 2 * kPadding,
          static_cast<std::uint32_t>(lines_.size()) * kTextLineHeight + 2 * kPadding};
}

void Panel::fit(Size window) {
  if (laid_out_ && (window == window_ || lines_.empty())) return;
  laid_out_ = true;
  window_ = window;
  ++version_;
  into_ = {};
  coverage_.clear();
  if (lines_.empty()) return;
  const Size font = font_size();
  const std::uint32_t factor = text_factor({font.width, font.height + 2 * kFromTop}, window);
  into_.width = std::min(font.width * factor, window.width);
  into_.height = std::min(font.height * factor, window.height);
  into_.x = (window.width - into_.width) / 2;
  into_.y = std::min(kFromTop * factor, window.height - into_.height);
  coverage_.resize(into_.area());
  const auto second_at = static_cast<std::int32_t>(kPadding + second_column());
  auto y = static_cast<std::int32_t>(kPadding);
  for (const std::string& line : lines_) {
    const auto [first, second] = columns(line);
    put_text(first, {static_cast<std::int32_t>(kPadding), y}, factor);
    put_text(second, {second_at, y}, factor);
    y += static_cast<std::int32_t>(kTextLineHeight);
  }
}

// `at` in the font's pixels, from the box's corner.
void Panel::put_text(std::string_view text, Point at, std::uint32_t factor) {
  const TextMask mask = text_mask(text, factor);
  const std::uint32_t left = static_cast<std::uint32_t>(at.x) * factor;
  const std::uint32_t top = static_cast<std::uint32_t>(at.y) * factor;
  if (left >= into_.width || top >= into_.height) return;
  const std::uint32_t width = std::min(mask.size.width, into_.width - left);
  const std::uint32_t height = std::min(mask.size.height, into_.height - top);
  for (std::uint32_t y = 0; y < height; ++y) {
    const auto from = mask.coverage.begin() + std::ptrdiff_t{y} * mask.size.width;
    std::copy_n(from, width, coverage_.begin() + std::ptrdiff_t{top + y} * into_.width + left);
  }
}

void Panel::draw(const pixel::Image& window, const PlacedPointer& pointer) const {
  const Rect reached = pointer.reach();
  std::size_t i = 0;
  for (std::uint32_t y = into_.y; y < into_.bottom(); ++y) {
    std::byte* to = window.row(y) + std::size_t{into_.x} * 4;
    for (std::uint32_t x = into_.x; x < into_.right(); ++x, ++i, to += 4) {
      if (reached.contains({x, y, 1, 1}) && pointer_covers(pointer, x, y)) continue;
      std::uint32_t pixel;
      std::memcpy(&pixel, to, sizeof pixel);
      pixel = coverage_[i] != 0 ? kWhite : dimmed(pixel);
      std::memcpy(to, &pixel, sizeof pixel);
    }
  }
}

}  // namespace pierglass::gfx
