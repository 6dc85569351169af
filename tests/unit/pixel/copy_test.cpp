// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/copy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace pierglass::pixel {
namespace {

using Bytes = std::vector<std::byte>;

Bytes random_bytes(std::mt19937& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// Sizes around every boundary of the kernel: lines, pages, blocks of four pages.
std::vector<std::size_t> interesting_sizes() {
  std::vector<std::size_t> sizes;
  for (const std::size_t around : {0u, 16u, 64u, 128u, 4096u, 16384u, 32768u, 49152u}) {
    for (std::size_t d = 0; d <= 3; ++d) {
      sizes.push_back(around + d);
      if (around > d) sizes.push_back(around - d);
    }
  }
  return sizes;
}

void expect_same_copy(const Bytes& source, const Bytes& before, std::size_t to_at,
                      std::size_t from_at, std::size_t bytes) {
  Bytes fast = before;
  Bytes plain = before;
  stream_copy(fast.data() + to_at, source.data() + from_at, bytes);
  store_fence();
  scalar_copy(plain.data() + to_at, source.data() + from_at, bytes);
  ASSERT_EQ(fast, plain) << bytes << " bytes from +" << from_at << " to +" << to_at;
}

TEST(StreamCopy, EqualsThePlainCopyAtEveryAlignmentAndBoundary) {
  std::mt19937 random(1);
  constexpr std::size_t kRoom = 49152 + 256;
  const Bytes source = random_bytes(random, kRoom);
  const Bytes before = random_bytes(random, kRoom);
  for (const std::size_t bytes : interesting_sizes()) {
    for (int i = 0; i < 8; ++i) {
      expect_same_copy(source, before, random() % 128, random() % 128, bytes);
    }
  }
}

TEST(StreamCopy, EqualsThePlainCopyForSmallSizesAtAllOffsetsOfALine) {
  std::mt19937 random(2);
  const Bytes source = random_bytes(random, 512);
  const Bytes before = random_bytes(random, 512);
  for (std::size_t to = 0; to < 64; ++to) {
    for (std::size_t bytes = 0; bytes < 260; bytes += 1 + bytes / 16) {
      expect_same_copy(source, before, to, random() % 64, bytes);
    }
  }
}

TEST(StreamCopy, EqualsThePlainCopyForRandomLargeSizes) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const std::size_t bytes = random() % 300'000;
    const Bytes source = random_bytes(random, bytes + 64);
    const Bytes before(bytes + 192, std::byte{0xa5});
    expect_same_copy(source, before, random() % 128, random() % 64, bytes);
  }
}

struct Picture {
  Image image;
  Bytes bytes;
};

Picture picture(std::mt19937& random, Size size, std::uint32_t padding, wire::PixelFormat format) {
  const std::uint32_t pitch = size.width * wire::bytes_per_pixel(format) + padding;
  Picture made{{nullptr, pitch, size, format},
               random_bytes(random, std::size_t{pitch} * size.height)};
  made.image.data = made.bytes.data();
  return made;
}

bool covered(std::span<const Rect> rects, std::uint32_t x, std::uint32_t y) {
  return std::any_of(rects.begin(), rects.end(),
                     [&](const Rect& rect) { return rect.contains({x, y, 1, 1}); });
}

// Byte by byte: inside the rectangles the source's, elsewhere (padding too) what was there.
void expect_only_rects(const Picture& to, const Bytes& before, const Picture& from,
                       std::span<const Rect> rects) {
  const std::uint32_t pixel = wire::bytes_per_pixel(to.image.format);
  for (std::uint32_t y = 0; y < to.image.size.height; ++y) {
    for (std::uint32_t b = 0; b < to.image.pitch; ++b) {
      const std::size_t at = std::size_t{y} * to.image.pitch + b;
      const bool inside = b / pixel < to.image.size.width && covered(rects, b / pixel, y);
      const std::byte expected = inside ? from.image.row(y)[b] : before[at];
      ASSERT_EQ(to.bytes[at], expected) << "byte " << b << " of row " << y;
    }
  }
}

TEST(CopyRects, WritesTheRectanglesAndNothingElse) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    const Size size{1 + below(150), 1 + below(60)};
    const auto format =
        seed % 3 == 0 ? wire::PixelFormat::Xbgr16161616f : wire::PixelFormat::Xrgb8888;
    const Picture from = picture(random, size, below(3) * 4, format);
    Picture to = picture(random, size, below(3) * 4, format);
    const Bytes before = to.bytes;
    std::vector<Rect> rects;
    std::size_t expected_bytes = 0;
    for (std::uint32_t i = 0; i < seed % 5; ++i) {
      Rect rect{below(size.width), below(size.height), 0, 0};
      rect.width = below(size.width - rect.x + 1);
      rect.height = below(size.height - rect.y + 1);
      rects.push_back(rect);
      expected_bytes += rect.area() * wire::bytes_per_pixel(format);
    }
    const Stores stores = seed % 2 == 0 ? Stores::Streaming : Stores::Plain;
    EXPECT_EQ(copy_rects(to.image, from.image, rects, stores), expected_bytes);
    expect_only_rects(to, before, from, rects);
  }
}

TEST(CopyRects, CopiesFullPicturesWithAndWithoutPadding) {
  std::mt19937 random(3);
  for (const std::uint32_t padding : {0u, 168u}) {
    const Size size{342, 200};
    const Picture from = picture(random, size, padding, wire::PixelFormat::Xrgb8888);
    Picture to = picture(random, size, padding, wire::PixelFormat::Xrgb8888);
    const Bytes before = to.bytes;
    const std::array rects = {full_rect(size)};
    EXPECT_EQ(copy_rects(to.image, from.image, rects), size.area() * 4);
    expect_only_rects(to, before, from, rects);
  }
}

TEST(CopyRectsDeathTest, RefusesARectangleOutsideTheImage) {
  std::mt19937 random(4);
  const Picture from = picture(random, {8, 8}, 0, wire::PixelFormat::Xrgb8888);
  Picture to = picture(random, {8, 8}, 0, wire::PixelFormat::Xrgb8888);
  const std::array rects = {Rect{4, 4, 5, 1}};
  EXPECT_DEATH(copy_rects(to.image, from.image, rects), "internal error");
}

}  // namespace
}  // namespace pierglass::pixel
