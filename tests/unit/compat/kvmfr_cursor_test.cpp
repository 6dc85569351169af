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
  [[nodiscard]] Result<pixel::CursorImage> picture() const {
    const auto cursor = parse().value();
    std::vector<std::byte> bytes;
    const wire::ShapeInfo shape = copy_kvmfr_shape(cursor, payload_, bytes);
    EXPECT_EQ(shape.bytes(), bytes.size());
    return pixel::make_cursor_image(shape, bytes);
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
  EXPECT_TRUE(set(kHeight, 1024).accepted());
  EXPECT_FALSE(set(kHeight, 1026).accepted());
  EXPECT_FALSE(set(kHeight, 16).set(kWidth, 33).accepted()) << "33 bits are five bytes";
}

TEST_F(Pointer, OtherTypesAreRefused) {
  EXPECT_EQ(set(kType, 2).parse()->shape.type, wire::CursorType::MaskedColour);
  for (const std::uint32_t type : {3u, 0x100u, kMax}) EXPECT_FALSE(set(kType, type).accepted());
}

TEST_F(Pointer, SidesAreBetweenOneAndTheRenderersLimit) {
  ASSERT_EQ(pixel::kMaxPointerSide, 512u);
  for (const std::uint32_t side : {0u, 513u, 0x8000'0000u, kMax}) {
    EXPECT_FALSE(set(kWidth, side).accepted()) << side;
    set(kWidth, 32);
    EXPECT_FALSE(set(kHeight, side).accepted()) << side;
    set(kHeight, 16);
  }
  set(kWidth, 512).set(kHeight, 512).set(kPitch, 2048);
  ASSERT_TRUE(accepted());
  EXPECT_EQ(parse()->shape.bytes(), kMaxCursorBytes);
  EXPECT_TRUE(picture());
  EXPECT_FALSE(set(kPitch, 2049).accepted());
  set(kType, 1).set(kHeight, 1024).set(kPitch, 64);
  ASSERT_TRUE(accepted());
  EXPECT_EQ(parse()->shape.size, (Size{512, 512}));
  EXPECT_TRUE(picture());
  EXPECT_FALSE(set(kPitch, 63).accepted());
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
    const auto image = picture();
    ASSERT_TRUE(image) << type;
    EXPECT_EQ(image->size, cursor->shape.size);
  }
}

TEST_F(Pointer, ShapesAreCopiedWithoutWhatLiesBetweenTheirRows) {
  for (std::uint32_t type = 0; type < 3; ++type) {
    const std::uint32_t row = type == 1 ? 4 : 128;
    const std::uint32_t pitch = row + 41;
    const auto cursor = set(kType, type).set(kPitch, pitch).parse();
    ASSERT_TRUE(cursor);
    std::vector<std::byte> wanted;
    for (std::uint32_t y = 0; y < 16; ++y) {
      for (std::uint32_t i = 0; i < pitch; ++i) {
        const auto value = static_cast<std::byte>(i < row ? y * 7 + i : 0xee);
        payload_[cursor->shape_offset + y * pitch + i] = value;
        if (i < row) wanted.push_back(value);
      }
    }
    std::vector<std::byte> copied;
    const wire::ShapeInfo shape = copy_kvmfr_shape(*cursor, payload_, copied);
    EXPECT_EQ(shape.pitch, row);
    EXPECT_EQ(shape.size, cursor->shape.size);
    EXPECT_EQ(shape.hot, cursor->shape.hot);
    EXPECT_EQ(copied, wanted) << type;
  }
}

TEST(PointerRequest, IsTwelveBytes) {
  const auto message = set_cursor_position_message({-2, 0x12345});
  const std::array<std::uint8_t, 12> wanted{0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x45, 0x23, 1, 0};
  EXPECT_EQ(std::memcmp(message.data(), wanted.data(), 12), 0);
}

}  // namespace
}  // namespace pierglass::compat
