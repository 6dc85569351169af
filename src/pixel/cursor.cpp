// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/cursor.hpp"

#include <algorithm>
#include <cstring>

namespace pierglass::pixel {

namespace {

constexpr std::uint32_t kOpaqueBlack = 0xff000000;
constexpr std::uint32_t kOpaqueWhite = 0xffffffff;
constexpr std::uint32_t kRgb = 0x00ffffff;
constexpr std::uint32_t kUnchanged = 0;

// round(a * b / 255) for 8-bit a and b.
constexpr std::uint32_t mul_255(std::uint32_t a, std::uint32_t b) {
  return (a * b + 127) / 255;
}

constexpr std::uint32_t channel(std::uint32_t pixel, int shift) {
  return pixel >> shift & 0xff;
}

constexpr std::uint32_t premultiplied(std::uint32_t pixel) {
  const std::uint32_t alpha = pixel >> 24;
  return alpha << 24 | mul_255(channel(pixel, 16), alpha) << 16 |
         mul_255(channel(pixel, 8), alpha) << 8 | mul_255(channel(pixel, 0), alpha);
}

std::uint32_t load_pixel(const std::byte* at) {
  std::uint32_t pixel;
  std::memcpy(&pixel, at, sizeof pixel);
  return pixel;
}

bool bit(const std::byte* row, std::uint32_t x) {
  return (std::to_integer<unsigned>(row[x / 8]) >> (7 - x % 8) & 1) != 0;
}

void read_monochrome(CursorImage& to, const wire::ShapeInfo& info, const std::byte* and_plane) {
  const std::byte* xor_plane = and_plane + std::size_t{info.pitch} * info.size.height;
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < info.size.height; ++y) {
    const std::size_t row = std::size_t{y} * info.pitch;
    for (std::uint32_t x = 0; x < info.size.width; ++x, ++i) {
      const bool keep = bit(and_plane + row, x);
      const bool flip = bit(xor_plane + row, x);
      to.blend[i] = keep ? kUnchanged : (flip ? kOpaqueWhite : kOpaqueBlack);
      to.invert[i] = keep && flip ? kRgb : 0;
    }
  }
}

void read_colour(CursorImage& to, const wire::ShapeInfo& info, const std::byte* image) {
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < info.size.height; ++y) {
    const std::byte* row = image + std::size_t{y} * info.pitch;
    for (std::uint32_t x = 0; x < info.size.width; ++x, ++i) {
      to.blend[i] = premultiplied(load_pixel(row + std::size_t{x} * 4));
    }
  }
}

void read_masked(CursorImage& to, const wire::ShapeInfo& info, const std::byte* image) {
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < info.size.height; ++y) {
    const std::byte* row = image + std::size_t{y} * info.pitch;
    for (std::uint32_t x = 0; x < info.size.width; ++x, ++i) {
      const std::uint32_t pixel = load_pixel(row + std::size_t{x} * 4);
      const bool flip = pixel >> 24 != 0;
      to.blend[i] = flip ? kUnchanged : kOpaqueBlack | pixel;
      to.invert[i] = flip ? pixel & kRgb : 0;
    }
  }
}

Result<void> check(const wire::ShapeInfo& info, std::size_t bytes) {
  const Size size = info.size;
  if (size.width == 0 || size.width > kMaxPointerSide || size.height == 0 ||
      size.height > kMaxPointerSide) {
    return fail(ErrorCode::InvalidArgument, "cursor size", std::max(size.width, size.height),
                kMaxPointerSide);
  }
  const bool mono = info.type == wire::CursorType::Monochrome;
  const std::uint32_t row_bytes = mono ? (size.width + 7) / 8 : size.width * 4;
  if (info.pitch < row_bytes) {
    return fail(ErrorCode::InvalidArgument, "cursor pitch", info.pitch, row_bytes);
  }
  const std::uint64_t needed = std::uint64_t{info.pitch} * size.height * (mono ? 2 : 1);
  if (bytes < needed) return fail(ErrorCode::InvalidArgument, "cursor image", bytes, needed);
  return {};
}

constexpr std::uint32_t blend_channel(std::uint32_t screen, std::uint32_t blend, int shift) {
  const std::uint32_t below = mul_255(channel(screen, shift), 255 - (blend >> 24));
  return std::min(below + channel(blend, shift), 255u) << shift;
}

// The screen's unused byte is kept.
constexpr std::uint32_t drawn_over(std::uint32_t screen, std::uint32_t blend,
                                   std::uint32_t invert) {
  const std::uint32_t rgb = blend_channel(screen, blend, 16) | blend_channel(screen, blend, 8) |
                            blend_channel(screen, blend, 0);
  return (screen & ~kRgb) | (rgb ^ (invert & kRgb));
}

std::int64_t clamped(std::int64_t value, std::uint32_t limit) {
  return std::clamp<std::int64_t>(value, 0, limit);
}

}  // namespace

Result<CursorImage> make_cursor_image(const wire::ShapeInfo& info,
                                      std::span<const std::byte> image) {
  TRY(check(info, image.size()));
  CursorImage cursor{.size = info.size, .hot = info.hot, .blend = {}, .invert = {}};
  cursor.blend.resize(info.size.area());
  if (info.type == wire::CursorType::Colour) {
    read_colour(cursor, info, image.data());
    return cursor;
  }
  cursor.invert.resize(info.size.area());
  if (info.type == wire::CursorType::Monochrome) {
    read_monochrome(cursor, info, image.data());
  } else {
    read_masked(cursor, info, image.data());
  }
  const auto inverts = [](std::uint32_t mask) { return mask != 0; };
  if (std::none_of(cursor.invert.begin(), cursor.invert.end(), inverts)) cursor.invert.clear();
  return cursor;
}

CursorImage scaled_cursor(const CursorImage& cursor, Size from, Size to) {
  const auto side = [](std::uint32_t length, std::uint32_t a, std::uint32_t b) {
    const std::uint64_t scaled = (std::uint64_t{length} * b + a / 2) / a;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(scaled, 1, kMaxPointerSide));
  };
  const auto moved = [](std::int32_t at, std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(std::int64_t{at} * b / a);
  };
  CursorImage scaled{.size = {side(cursor.size.width, from.width, to.width),
                              side(cursor.size.height, from.height, to.height)},
                     .hot = {},
                     .blend = {},
                     .invert = {}};
  scaled.hot = {moved(cursor.hot.x, cursor.size.width, scaled.size.width),
                moved(cursor.hot.y, cursor.size.height, scaled.size.height)};
  for (std::uint32_t y = 0; y < scaled.size.height; ++y) {
    const std::size_t row =
        std::size_t{y * cursor.size.height / scaled.size.height} * cursor.size.width;
    for (std::uint32_t x = 0; x < scaled.size.width; ++x) {
      const std::size_t i = row + x * cursor.size.width / scaled.size.width;
      scaled.blend.push_back(cursor.blend[i]);
      if (!cursor.invert.empty()) scaled.invert.push_back(cursor.invert[i]);
    }
  }
  return scaled;
}

Rect cursor_bounds(const CursorImage& cursor, Point position, Size target) {
  const std::int64_t x = std::int64_t{position.x} - cursor.hot.x;
  const std::int64_t y = std::int64_t{position.y} - cursor.hot.y;
  const std::int64_t left = clamped(x, target.width);
  const std::int64_t top = clamped(y, target.height);
  const std::int64_t right = clamped(x + cursor.size.width, target.width);
  const std::int64_t bottom = clamped(y + cursor.size.height, target.height);
  if (left >= right || top >= bottom) return {};
  return {static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top),
          static_cast<std::uint32_t>(right - left), static_cast<std::uint32_t>(bottom - top)};
}

void draw_cursor(const Image& target, const CursorImage& cursor, Point position, const Rect& clip) {
  const Rect area = intersection(cursor_bounds(cursor, position, target.size), clip);
  CHECK(cursor.blend.size() >= cursor.size.area());
  for (std::uint32_t y = 0; y < area.height; ++y) {
    const std::int64_t from_y = std::int64_t{area.y} + y - position.y + cursor.hot.y;
    const std::int64_t from_x = std::int64_t{area.x} - position.x + cursor.hot.x;
    std::size_t i =
        static_cast<std::size_t>(from_y) * cursor.size.width + static_cast<std::size_t>(from_x);
    std::byte* to = target.row(area.y + y) + std::size_t{area.x} * 4;
    for (std::uint32_t x = 0; x < area.width; ++x, ++i, to += 4) {
      const std::uint32_t invert = cursor.invert.empty() ? 0 : cursor.invert[i];
      const std::uint32_t pixel = drawn_over(load_pixel(to), cursor.blend[i], invert);
      std::memcpy(to, &pixel, sizeof pixel);
    }
  }
}

}  // namespace pierglass::pixel
