// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/picture_plan.hpp"

#include <algorithm>

#include "pixel/turn.hpp"

namespace pierglass::guest {
namespace {

std::uint32_t share(std::uint32_t length, std::uint32_t part, std::uint32_t whole) {
  const std::uint64_t rounded = (std::uint64_t{length} * part + whole / 2) / whole;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
}

Size fitted(Size size, Size limit) {
  if (limit.area() == 0 || (size.width <= limit.width && size.height <= limit.height)) return size;
  // The side that is further beyond its limit decides.
  const bool wide =
      std::uint64_t{size.width} * limit.height >= std::uint64_t{size.height} * limit.width;
  if (wide) return {limit.width, share(size.height, limit.width, size.width)};
  return {share(size.width, limit.height, size.height), limit.height};
}

// A target pixel is a mean over what it covers and a source pixel around: two more on each side are
// enough for any scale down.
struct Reach {
  std::uint32_t first = 0;
  std::uint32_t length = 0;
};
Reach reached(std::uint64_t first, std::uint64_t last, std::uint32_t from, std::uint32_t to) {
  constexpr std::uint64_t kMore = 2;
  const std::uint64_t begin = first * to / from;
  const std::uint64_t end = std::min<std::uint64_t>((last * to + from - 1) / from + kMore, to);
  const std::uint64_t start = begin > kMore ? begin - kMore : 0;
  return {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end - start)};
}

}  // namespace

PicturePlan plan_picture(Size size, wire::PixelFormat format, wire::Rotation rotation,
                         const PictureWish& wish) {
  const Size limit = pixel::upright_size(wish.limit, rotation);  // as it is stored
  PicturePlan plan{.size = fitted(size, limit), .format = format};
  plan.to_pq = wish.ten_bit && format == wire::PixelFormat::Xbgr16161616f;
  if (plan.to_pq) plan.format = wire::PixelFormat::Xbgr2101010;
  plan.pass = plan.to_pq || plan.size != size;
  return plan;
}

pixel::DamageRegion scaled_damage(std::span<const Rect> damage, Size from, Size to) {
  pixel::DamageRegion scaled;
  for (const Rect& rect : damage) {
    if (from == to) {
      scaled.add(rect);
      continue;
    }
    const Reach across = reached(rect.x, rect.right(), from.width, to.width);
    const Reach down = reached(rect.y, rect.bottom(), from.height, to.height);
    scaled.add({across.first, down.first, across.length, down.length});
  }
  return scaled;
}

}  // namespace pierglass::guest
