// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pierglass::gfx {
namespace {

std::string drawn(const TextMask& mask) {
  std::string text;
  for (std::uint32_t y = 0; y < mask.size.height; ++y) {
    for (std::uint32_t x = 0; x < mask.size.width; ++x) {
      text += mask.coverage[std::size_t{y} * mask.size.width + x] != 0 ? '#' : '.';
    }
    text += '\n';
  }
  return text;
}

TEST(TextMask, DrawsALetterThatAPersonCanRead) {
  EXPECT_EQ(drawn(text_mask("H", 1)),
            "#..#..\n"
            "#..#..\n"
            "#..#..\n"
            "####..\n"
            "#..#..\n"
            "#..#..\n"
            "#..#..\n"
            "......\n"
            "......\n"
            "......\n"
            "......\n"
            "......\n");
}

TEST(TextMask, AFactorRepeatsEachPixel) {
  const TextMask small = text_mask("waiting", 1);
  const TextMask large = text_mask("waiting", 3);
  ASSERT_EQ(large.size, (Size{small.size.width * 3, small.size.height * 3}));
  for (std::uint32_t y = 0; y < large.size.height; ++y) {
    for (std::uint32_t x = 0; x < large.size.width; ++x) {
      ASSERT_EQ(large.coverage[std::size_t{y} * large.size.width + x],
                small.coverage[std::size_t{y / 3} * small.size.width + x / 3]);
    }
  }
}

TEST(TextMask, EveryByteCanBeDrawn) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(drawn(text_mask(all.substr(130, 3), 1)), drawn(text_mask("???", 1)));
  EXPECT_EQ(drawn(text_mask("\n\x7f", 1)), drawn(text_mask("??", 1)));
  EXPECT_GT(text_mask(all, 1).size.width, 1000U);
}

TEST(TextMask, EveryPrintableCharacterButTheSpaceLeavesInk) {
  for (char c = '!'; c <= '~'; ++c) {
    const TextMask mask = text_mask(std::string(1, c), 1);
    EXPECT_NE(std::ranges::count(mask.coverage, 255), 0) << c;
  }
  EXPECT_EQ(std::ranges::count(text_mask(" ", 1).coverage, 255), 0);
}

TEST(TextMask, AnEmptyLineHasNoWidth) {
  EXPECT_EQ(text_mask("", 2).size.width, 0U);
}

TEST(MessagePicture, IsCentredAndGrowsWithTheWindow) {
  const MessagePicture small = message_picture("waiting for guest", {640, 480});
  const MessagePicture large = message_picture("waiting for guest", {1920, 1080});
  EXPECT_EQ(large.into.height, small.into.height * 3);
  EXPECT_NEAR(large.into.x * 2 + large.into.width, 1920, 1);
  EXPECT_NEAR(large.into.y * 2 + large.into.height, 1080, 1);
}

TEST(MessagePicture, StaysInsideAnyWindow) {
  const std::string line(300, 'm');
  for (const Size window : {Size{1, 1}, Size{0, 0}, Size{20, 5}, Size{300, 300}, Size{9000, 200}}) {
    const MessagePicture picture = message_picture(line, window);
    EXPECT_TRUE(picture.into.inside(window));
    EXPECT_EQ(picture.pixels.size(), picture.into.area());
  }
}

}  // namespace
}  // namespace pierglass::gfx
