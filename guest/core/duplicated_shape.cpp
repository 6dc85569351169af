// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/duplicated_shape.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

std::optional<wire::CursorType> type_of(std::uint32_t type) {
  switch (type) {
    case dxgi::kMonochromeShape:
      return wire::CursorType::Monochrome;
    case dxgi::kColourShape:
      return wire::CursorType::Colour;
    case dxgi::kMaskedColourShape:
      return wire::CursorType::MaskedColour;
    default:
      return std::nullopt;
  }
}

std::int32_t inside(std::int32_t at, std::uint32_t length) {
  return std::clamp(at, 0, static_cast<std::int32_t>(length) - 1);
}

bool side_fits(std::uint32_t side) {
  return side >= 1 && side <= wire::kMaxCursorSide;
}

// Nothing when it must be refused.
std::optional<wire::ShapeInfo> info_of(const DuplicatedShape& shape) {
  const auto type = type_of(shape.type);
  if (!type) return std::nullopt;
  const bool planes = type == wire::CursorType::Monochrome;
  const std::uint32_t height = planes ? shape.height / 2 : shape.height;
  if (planes && shape.height % 2 != 0) return std::nullopt;
  if (!side_fits(shape.width) || !side_fits(height)) return std::nullopt;
  wire::ShapeInfo info;
  info.type = *type;
  info.size = {shape.width, height};
  info.pitch = planes ? mask_pitch(shape.width) : shape.width * 4;
  info.hot = {inside(shape.hot.x, shape.width), inside(shape.hot.y, height)};
  return info;
}

// Bytes of a row that mean something.
std::uint32_t row_bytes(const wire::ShapeInfo& info) {
  const bool bits = info.type == wire::CursorType::Monochrome;
  return bits ? (info.size.width + 7) / 8 : info.size.width * 4;
}

// The wire's masked colours have alpha 0 or 255; others would mean "invert" as well.
void make_mask_plain(std::span<std::byte> image) {
  for (std::size_t at = 3; at < image.size(); at += 4)
    image[at] = image[at] == std::byte{0} ? std::byte{0} : std::byte{0xff};
}

}  // namespace

bool convert_shape(const DuplicatedShape& shape, std::span<const std::byte> image,
                   CursorShape& to) {
  const auto info = info_of(shape);
  if (!info) return false;
  const std::uint32_t row = row_bytes(*info);
  if (shape.pitch < row || image.size() / shape.pitch < shape.height) return false;
  to.info = *info;
  to.image.assign(info->bytes(), std::byte{0});
  for (std::uint32_t y = 0; y < shape.height; ++y) {
    std::memcpy(to.image.data() + std::size_t{y} * info->pitch,
                image.data() + std::size_t{y} * shape.pitch, row);
  }
  if (info->type == wire::CursorType::MaskedColour) make_mask_plain(to.image);
  return true;
}

}  // namespace pierglass::guest
