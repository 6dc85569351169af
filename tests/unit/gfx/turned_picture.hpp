// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstring>
#include <utility>

#include "tests/unit/gfx/picture.hpp"

namespace pierglass::gfx::test {

inline constexpr std::array kTransforms = {
    Transform::Normal,  Transform::Rotated90, Transform::Rotated180, Transform::Rotated270,
    Transform::Flipped, Transform::Flipped90, Transform::Flipped180, Transform::Flipped270};

// By the protocol's words: left and right exchanged for the flipped ones, then quarter turns
// against the clock.
inline Picture turned_picture(const Picture& upright, Transform transform) {
  const auto set = [](Picture& to, std::uint32_t x, std::uint32_t y, std::uint32_t pixel) {
    std::memcpy(to.image().row(y) + std::size_t{x} * 4, &pixel, sizeof pixel);
  };
  const auto each = [&](Size size, auto from) {
    Picture to(size);
    for (std::uint32_t y = 0; y < size.height; ++y)
      for (std::uint32_t x = 0; x < size.width; ++x) set(to, x, y, from(x, y));
    return to;
  };
  const std::uint32_t right = upright.size.width - 1;
  const bool flipped = transform >= Transform::Flipped;
  Picture picture = each(upright.size, [&](std::uint32_t x, std::uint32_t y) {
    return upright.at(flipped ? right - x : x, y);
  });
  for (int turn = std::to_underlying(transform) % 4; turn > 0; --turn) {
    picture =
        each({picture.size.height, picture.size.width}, [&](std::uint32_t x, std::uint32_t y) {
          return picture.at(picture.size.width - 1 - y, x);
        });
  }
  return picture;
}

}  // namespace pierglass::gfx::test
