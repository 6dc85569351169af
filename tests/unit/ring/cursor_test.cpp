// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;

std::vector<std::byte> image_of(const wire::ShapeInfo& info, int value) {
  return std::vector<std::byte>(info.bytes(), static_cast<std::byte>(value));
}

constexpr wire::ShapeInfo kArrow{
    .sequence = 0, .type = wire::CursorType::Colour, .size = {16, 24}, .pitch = 64, .hot = {3, 4}};

TEST(Cursor, PositionAndVisibilityArrive) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  EXPECT_FALSE(reader->cursor()->visible);
  EXPECT_EQ(reader->cursor()->shape_ticket, 0u);
  guest.cursor().move({.position = {-5, 700}, .visible = true, .acceleration = true, .speed = 10});
  const CursorSample sample = reader->cursor().value();
  EXPECT_EQ(sample.position, (Point{-5, 700}));
  EXPECT_TRUE(sample.visible);
  EXPECT_TRUE(sample.acceleration);
  EXPECT_EQ(sample.speed, 10u);
}

TEST(Cursor, AHostilePositionIsClamped) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  guest.cursor().move({.position = {INT32_MIN, INT32_MAX}});
  EXPECT_EQ(reader->cursor()->position, (Point{-32768, 32768}));
}

TEST(Cursor, ALockThatStaysOddGivesNothing) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const auto lock = region.word<std::uint32_t>(guest.layout().cursor_offset +
                                               offsetof(wire::RawCursorHeader, lock));
  lock.store(7);
  EXPECT_FALSE(reader->cursor().has_value());
  guest.cursor().move({});
  EXPECT_TRUE(reader->cursor().has_value()) << "the guest keeps its own count";
}

TEST(Cursor, IsGoneWithItsSession) {
  Region region;
  GuestSession first = region.guest(1);
  const auto reader = region.reader();
  ASSERT_TRUE(first.cursor().set_shape(kArrow, image_of(kArrow, 1)));
  const std::uint64_t ticket = reader->cursor()->shape_ticket;
  GuestSession second = region.guest(2);
  ASSERT_TRUE(second.cursor().set_shape(kArrow, image_of(kArrow, 2)));
  std::vector<std::byte> image(reader->layout().shape_bytes);
  EXPECT_FALSE(reader->cursor().has_value());
  EXPECT_EQ(reader->copy_shape(ticket, image).error().code, ErrorCode::Stale);
}

TEST(Cursor, ShapesOfEachTypeArrive) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  std::vector<std::byte> image(reader->layout().shape_bytes);
  const std::array shapes{kArrow,
                          wire::ShapeInfo{.sequence = 0,
                                          .type = wire::CursorType::Monochrome,
                                          .size = {32, 32},
                                          .pitch = 4,
                                          .hot = {0, 31}},
                          wire::ShapeInfo{.sequence = 0,
                                          .type = wire::CursorType::MaskedColour,
                                          .size = {256, 256},
                                          .pitch = 1024,
                                          .hot = {255, 0}}};
  int value = 1;
  for (const wire::ShapeInfo& shape : shapes) {
    ASSERT_TRUE(guest.cursor().set_shape(shape, image_of(shape, value)));
    const auto copied = reader->copy_shape(reader->cursor()->shape_ticket, image);
    ASSERT_TRUE(copied);
    EXPECT_EQ(copied->type, shape.type);
    EXPECT_EQ(copied->size, shape.size);
    EXPECT_EQ(copied->pitch, shape.pitch);
    EXPECT_EQ(copied->hot, shape.hot);
    EXPECT_EQ(image[0], static_cast<std::byte>(value));
    EXPECT_EQ(image[shape.bytes() - 1], static_cast<std::byte>(value));
    ++value;
  }
}

TEST(Cursor, AMotionKeepsTheShapeAndAShapeKeepsThePosition) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  guest.cursor().move({.position = {1, 2}, .visible = true});
  ASSERT_TRUE(guest.cursor().set_shape(kArrow, image_of(kArrow, 1)));
  const CursorSample sample = reader->cursor().value();
  EXPECT_EQ(sample.position, (Point{1, 2}));
  EXPECT_TRUE(sample.visible);
  guest.cursor().move({.position = {3, 4}, .visible = true});
  EXPECT_EQ(reader->cursor()->shape_ticket, sample.shape_ticket);
}

TEST(Cursor, AReplacedShapeIsStaleOnceItsSlotIsReused) {
  Region region({.shape_count = 4});
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  std::vector<std::byte> image(reader->layout().shape_bytes);
  ASSERT_TRUE(guest.cursor().set_shape(kArrow, image_of(kArrow, 1)));
  const std::uint64_t old = reader->cursor()->shape_ticket;
  for (int i = 2; i <= 4; ++i) ASSERT_TRUE(guest.cursor().set_shape(kArrow, image_of(kArrow, i)));
  EXPECT_TRUE(reader->copy_shape(old, image));
  ASSERT_TRUE(guest.cursor().set_shape(kArrow, image_of(kArrow, 5)));
  EXPECT_EQ(reader->copy_shape(old, image).error().code, ErrorCode::Stale);
}

TEST(Cursor, BadShapesAreRefusedByTheGuest) {
  Region region;
  GuestSession guest = region.guest();
  const auto code = [&](const wire::ShapeInfo& info, std::size_t bytes) {
    return guest.cursor().set_shape(info, std::vector<std::byte>(bytes)).error().code;
  };
  EXPECT_EQ(code(kArrow, kArrow.bytes() - 1), ErrorCode::InvalidArgument);
  wire::ShapeInfo shape = kArrow;
  shape.hot = {16, 0};
  EXPECT_EQ(code(shape, shape.bytes()), ErrorCode::InvalidArgument);
  shape = kArrow;
  shape.size = {17, 24};
  EXPECT_EQ(code(shape, shape.bytes()), ErrorCode::InvalidArgument);
  shape.size = {512, 512};
  shape.pitch = 2048;
  EXPECT_EQ(code(shape, shape.bytes()), ErrorCode::TooLarge);
  EXPECT_EQ(region.reader()->cursor()->shape_ticket, 0u);
}

TEST(Cursor, BadTicketsAreRefusedByTheReader) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  std::vector<std::byte> image(reader->layout().shape_bytes);
  const auto code = [&](std::uint64_t ticket) {
    return reader->copy_shape(ticket, image).error().code;
  };
  EXPECT_EQ(code(0), ErrorCode::Stale);
  EXPECT_EQ(code(wire::make_ticket(9, 0)), ErrorCode::Stale);
  EXPECT_EQ(code(wire::make_ticket(1, 4)), ErrorCode::Corrupt);
  EXPECT_EQ(code(wire::make_ticket(1, 255)), ErrorCode::Corrupt);
  EXPECT_EQ(reader->copy_shape(1, std::span(image).first(10)).error().code,
            ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace pierglass::ring
