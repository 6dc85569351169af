// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/desktop_script.hpp"

#include <cstring>

#include "wire/build.hpp"

namespace pierglass::test {
namespace {

// The byte at `at` of a row that was painted with `seed`. Half floats stay numbers.
std::byte painted(std::uint32_t seed, std::uint32_t y, std::uint32_t at, wire::PixelFormat format) {
  std::uint32_t word = (seed ^ y * 0x9e3779b1U) + (at >> 2) * 0x85ebca6bU;
  word ^= word >> 15;
  word *= 0x2c1b3c6dU;
  auto byte = static_cast<std::uint8_t>(word >> (8 * (at & 3)));
  if (format == wire::PixelFormat::Xbgr16161616f && at % 2 == 1) byte &= 0xbf;
  return static_cast<std::byte>(byte);
}

}  // namespace

wire::PixelFormat DesktopMode::pixel_format() const {
  return guest::pixel_format_of(format).value();
}

guest::OutputColour DesktopMode::colour() const {
  if (!hdr) return {};
  return {.colour_space = guest::dxgi::kRgbFullG2084NoneP2020,
          .primaries = {0.68F, 0.32F, 0.265F, 0.69F, 0.15F, 0.06F, 0.3127F, 0.329F},
          .max_luminance = 800,
          .min_luminance = 0.25F,
          .max_full_frame_luminance = 400};
}

DesktopModel::DesktopModel() {
  enter(mode_);
}

void DesktopModel::enter(const DesktopMode& mode) {
  mode_ = mode;
  const wire::PixelFormat format = mode.pixel_format();
  const std::uint32_t pitch = wire::pitch_for(mode.size.width, format);
  bytes_.assign(std::size_t{pitch} * mode.size.height, std::byte{0});
  image_ = {.data = bytes_.data(), .pitch = pitch, .size = mode.size, .format = format};
  paint({.rect = full_rect(mode.size), .seed = mode.size.width * 7919 + mode.size.height});
}

void DesktopModel::apply(const DesktopStep& step) {
  if (step.mode) enter(*step.mode);
  for (const auto& one : step.shifts) shift(one);
  for (const Paint& one : step.paints) paint(one);
  if (step.shape && step.shape->wire) shape_ = step.shape->wire;
  if (!step.pointer) return;
  visible_ = step.pointer->visible;
  if (visible_) corner_ = step.pointer->corner;
}

void DesktopModel::paint(const Paint& paint) {
  const std::uint32_t pixel = wire::bytes_per_pixel(image_.format);
  for (std::uint32_t y = paint.rect.y; y < paint.rect.bottom(); ++y) {
    std::byte* row = image_.row(y);
    const auto end = static_cast<std::uint32_t>(paint.rect.right()) * pixel;
    for (std::uint32_t at = paint.rect.x * pixel; at < end; ++at)
      row[at] = painted(paint.seed, y, at, image_.format);
  }
}

void DesktopModel::shift(const DesktopStep::Shift& shift) {
  const std::size_t pixel = wire::bytes_per_pixel(image_.format);
  const std::size_t row = shift.to.width * pixel;
  std::vector<std::byte> kept(row * shift.to.height);
  for (std::uint32_t y = 0; y < shift.to.height; ++y) {
    std::memcpy(kept.data() + y * row,
                image_.row(static_cast<std::uint32_t>(shift.from.y) + y) +
                    static_cast<std::size_t>(shift.from.x) * pixel,
                row);
  }
  for (std::uint32_t y = 0; y < shift.to.height; ++y)
    std::memcpy(image_.row(shift.to.y + y) + shift.to.x * pixel, kept.data() + y * row, row);
}

Point DesktopModel::position() const {
  const Point hot = shape_ ? shape_->info.hot : Point{};
  return {corner_.x + hot.x, corner_.y + hot.y};
}

}  // namespace pierglass::test
