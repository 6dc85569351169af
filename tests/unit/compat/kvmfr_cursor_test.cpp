// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "pixel/cursor.hpp"

namespace pierglass::compat {
namespace {

constexpr std::uint32_t kMax = 0xffff'ffff;
constexpr std::uint64_t kPosition = 1;
constexpr std::uint64_t kVisible = 2;
constexpr std::uint64_t kShape = 4;
constexpr std::uint64_t kVisibleValid = 16;

enum Field : std::uint32_t { kType = 4, kWidth = 12, kHeight = 16, kPitch = 20 };

// A pointer message of 32x16 BGRA pixels.
class Pointer : public testing::Test {
 public:
  Pointer() { set(kType, 0).set(kWidth, 32).set(kHeight, 16).set(kPitch, 128).hot(3, 4); }

  Pointer& set(std::uint32_t at, std::uint32_t value) {
    std::memcpy(payload_.data() + at, &value, sizeof value);
    return *this;
  }
  Pointer& at(std::int16_t x, std::int16_t y) {
    std::memcpy(payload_.data(), &x, 2);
    std::memcpy(payload_.data() + 2, &y, 2);
    return *this;
  }
  Pointer& hot(std::int8_t x, std::int8_t y) {
    std::memcpy(payload_.data() + 8, &x, 1);
    std::memcpy(payload_.data() + 9, &y, 1);
    return *this;
  }

  [[nodiscard]] Result<KvmfrCursor> parse(std::uint64_t flags = kShape) const {
    return parse_kvmfr_cursor(payload_, flags, kReleaseB7.kvmfr.cursor);
  }
  [[nodiscard]] Result<KvmfrCursor> parse34(std::uint64_t flags) const {
    return parse_kvmfr_cursor(payload_, flags, kKvmfr34.kvmfr.cursor);
  }
  [[nodiscard]] bool accepted() const { return parse().has_value(); }

  std::vector<std::byte> payload_ = std::vector<std::byte>(24 + kMaxCursorBytes);
};

TEST_F(Pointer, ThePositionMayBeNegativeAndCountsOnlyWithItsFlag) {
  EXPECT_EQ(at(-3, 1000).parse(kPosition)->corner, (Point{-3, 1000}));
  EXPECT_EQ(at(-32768, 32767).parse(kPosition)->corner, (Point{-32768, 32767}));
  EXPECT_FALSE(parse(kVisible)->corner);
  EXPECT_FALSE(parse(kPosition)->has_shape);
}

TEST_F(Pointer, VisibilityCountsInEveryMessageOfVersion20) {
  EXPECT_EQ(parse(kVisible)->visible, true);
  EXPECT_EQ(parse(0)->visible, false);
  EXPECT_EQ(parse(kPosition)->visible, false);
}

TEST_F(Pointer, VisibilityCountsInVersion34WhenItSaysSo) {
  EXPECT_EQ(parse34(kVisible)->visible, std::nullopt);
  EXPECT_EQ(parse34(kVisible | kVisibleValid)->visible, true);
  EXPECT_EQ(parse34(kVisibleValid)->visible, false);
}

TEST_F(Pointer, AColourShapeIsTakenAsItIs) {
  const auto cursor = parse();
  ASSERT_TRUE(cursor);
  EXPECT_TRUE(cursor->has_shape);
  EXPECT_EQ(cursor->shape.type, wire::CursorType::Colour);
  EXPECT_EQ(cursor->shape.size, (Size{32, 16}));
  EXPECT_EQ(cursor->shape.pitch, 128u);
  EXPECT_EQ(cursor->shape.hot, (Point{3, 4}));
  EXPECT_EQ(cursor->hot, (Point{3, 4}));
  EXPECT_EQ(cursor->shape_offset, 24u);
  EXPECT_EQ(cursor->shape.bytes(), 16u * 128);
  EXPECT_EQ(parse34(kShape)->shape_offset, 28u);
}

TEST_F(Pointer, MonochromeHasTwoPlanesInItsHeight) {
  const auto cursor = set(kType, 1).set(kPitch, 4).parse();
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->shape.type, wire::CursorType::Monochrome);
  EXPECT_EQ(cursor->shape.size, (Size{32, 8}));
  EXPECT_EQ(cursor->shape.bytes(), 4u * 16);
  EXPECT_FALSE(set(kHeight, 15).accepted());
  EXPECT_FALSE(set(kHeight, 0).accepted());
  EXPECT_TRUE(set(kHeight, 512).accepted());
  EXPECT_FALSE(set(kHeight, 514).accepted());
  EXPECT_FALSE(set(kHeight, 16).set(kWidth, 33).accepted()) << "33 bits are five bytes";
}

TEST_F(Pointer, OtherTypesAreRefused) {
  EXPECT_EQ(set(kType, 2).parse()->shape.type, wire::CursorType::MaskedColour);
  for (const std::uint32_t type : {3u, 0x100u, kMax}) EXPECT_FALSE(set(kType, type).accepted());
}

TEST_F(Pointer, SidesAreBetweenOneAnd256) {
  for (const std::uint32_t side : {0u, 257u, 0x8000'0000u, kMax}) {
    EXPECT_FALSE(set(kWidth, side).accepted()) << side;
    set(kWidth, 32);
    EXPECT_FALSE(set(kHeight, side).accepted()) << side;
    set(kHeight, 16);
  }
  EXPECT_TRUE(set(kWidth, 256).set(kHeight, 256).set(kPitch, 1024).accepted());
}

TEST_F(Pointer, ARowFitsThePitchAndAllRowsTheLimit) {
  EXPECT_FALSE(set(kPitch, 127).accepted());
  EXPECT_FALSE(set(kPitch, 0).accepted());
  EXPECT_TRUE(set(kPitch, kMaxCursorBytes / 16).accepted());
  EXPECT_FALSE(set(kPitch, kMaxCursorBytes / 16 + 1).accepted());
  EXPECT_FALSE(set(kPitch, 0x1000'0000).accepted()) << "16 rows of it are 2^32 bytes";
  EXPECT_FALSE(set(kPitch, kMax).accepted());
}

TEST_F(Pointer, TheShapeFitsThePayload) {
  payload_.resize(24 + 16 * 128);
  EXPECT_TRUE(accepted());
  EXPECT_FALSE(parse34(kShape)) << "its header is four bytes longer";
  payload_.pop_back();
  EXPECT_FALSE(accepted());
  EXPECT_TRUE(parse(kPosition)) << "positions need no shape";
  payload_.resize(24);
  EXPECT_TRUE(parse(kPosition));
  EXPECT_FALSE(accepted());
  payload_.resize(23);
  EXPECT_FALSE(parse(kPosition));
  payload_.clear();
  EXPECT_FALSE(parse(0));
}

TEST_F(Pointer, HotSpotsOutsideTheShapeAreMovedInside) {
  const auto cursor = hot(-128, 127).parse();
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->hot, (Point{-128, 127}));
  EXPECT_EQ(cursor->shape.hot, (Point{0, 15}));
}

TEST_F(Pointer, WithoutItsFlagAShapeIsNotLookedAt) {
  EXPECT_TRUE(set(kType, kMax).set(kWidth, kMax).parse(kPosition));
}

TEST_F(Pointer, AcceptedShapesMakePictures) {
  for (std::uint32_t type = 0; type < 3; ++type) {
    const auto cursor = set(kType, type).hot(-1, 100).parse();
    ASSERT_TRUE(cursor);
    const auto image = pixel::make_cursor_image(
        cursor->shape, std::span(payload_).subspan(cursor->shape_offset, cursor->shape.bytes()));
    ASSERT_TRUE(image) << type;
    EXPECT_EQ(image->size, cursor->shape.size);
  }
}

TEST(PointerRequest, IsTwelveBytes) {
  const auto message = set_cursor_position_message({-2, 0x12345});
  const std::array<std::uint8_t, 12> wanted{0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x45, 0x23, 1, 0};
  EXPECT_EQ(std::memcmp(message.data(), wanted.data(), 12), 0);
}

}  // namespace
}  // namespace pierglass::compat
