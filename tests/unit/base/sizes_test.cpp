// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sizes.hpp"

#include <gtest/gtest.h>

#include "base/digits.hpp"

namespace pierglass {
namespace {

TEST(Sizes, TwoNumbersAndACrossAreASize) {
  EXPECT_EQ(parse_size("1920x1080", 16384), (Size{1920, 1080}));
  EXPECT_EQ(parse_size("1x16384", 16384), (Size{1, 16384}));
}

TEST(Sizes, AnythingElseIsNoSize) {
  for (const char* text :
       {"", "x", "1920", "1920x", "x1080", "0x1080", "1920x0", "16385x1", "1x16385", "-1x5", "+1x5",
        " 1x5", "1x5 ", "1X5", "1x5x3", "1920x1080M", "99999999999x1", "1.5x2"}) {
    EXPECT_FALSE(parse_size(text, 16384)) << text;
  }
}

TEST(Digits, AreANumberThatFitsAndNothingElse) {
  EXPECT_EQ(parse_digits<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(parse_digits<std::uint16_t>("007"), 7);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "65536"}) {
    EXPECT_FALSE(parse_digits<std::uint16_t>(text)) << text;
  }
}

TEST(Sizes, BytesHaveAUnitOrNone) {
  EXPECT_EQ(parse_bytes("0"), 0U);
  EXPECT_EQ(parse_bytes("67108864"), 67108864U);
  EXPECT_EQ(parse_bytes("65536K"), 67108864U);
  EXPECT_EQ(parse_bytes("64M"), 67108864U);
  EXPECT_EQ(parse_bytes("1G"), 1073741824U);
  EXPECT_EQ(parse_bytes("4294967296G"), std::uint64_t{1} << 62);
}

TEST(Sizes, AnythingElseIsNoNumberOfBytes) {
  for (const char* text : {"", "M", "64m", "64MB", "64MM", "-64M", "+64M", " 64M", "64M ", "64 M",
                           "0x40", "1.5G", "4294967297G", "18446744073709551616"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

}  // namespace
}  // namespace pierglass
