// SPDX-License-Identifier: GPL-2.0-or-later
// The pointer of a live host, and asking the host to move it.
#include <gmock/gmock.h>

#include "guest/core/pattern_cursor.hpp"
#include "tests/unit/compat/glass_bench.hpp"

namespace pierglass::compat {
namespace {

using test::GlassProtocol;

class GlassPointer : public Glass {
 public:
  guest::PatternCursor shape(wire::CursorType type = wire::CursorType::Colour) {
    return guest::pattern_cursor(type);
  }
  // The pointer that the source shows, its top left corner.
  Point corner() {
    const source::Cursor cursor = source().cursor();
    if (cursor.image == nullptr) return {-9999, -9999};
    return {cursor.position.x - cursor.image->hot.x, cursor.position.y - cursor.image->hot.y};
  }
  void show_pointer() {
    writer().show_pointer(true);
    writer().set_shape(shape());
  }
};
PIERGLASS_BOTH_PROTOCOLS(GlassPointer);

TEST_P(GlassPointer, IsNotShownBeforeItHasAShape) {
  connect();
  writer().show_pointer(true);
  writer().move_pointer({5, 6});
  EXPECT_FALSE(source().cursor().visible);
  writer().set_shape(shape());
  EXPECT_TRUE(source().cursor().visible);
  EXPECT_EQ(corner(), (Point{5, 6}));
}

TEST_P(GlassPointer, EveryTypeOfShapeMakesThePictureThatItIs) {
  connect();
  writer().show_pointer(true);
  std::uint64_t last = 0;
  for (const auto type :
       {wire::CursorType::Colour, wire::CursorType::Monochrome, wire::CursorType::MaskedColour}) {
    const guest::PatternCursor sent = shape(type);
    writer().set_shape(sent);
    const source::Cursor cursor = source().cursor();
    const auto wanted = pixel::make_cursor_image(sent.info, sent.image).value();
    ASSERT_NE(cursor.image, nullptr);
    EXPECT_EQ(cursor.image->size, wanted.size);
    EXPECT_EQ(cursor.image->blend, wanted.blend);
    EXPECT_EQ(cursor.image->invert, wanted.invert);
    EXPECT_EQ(cursor.image->hot, wanted.hot);
    EXPECT_NE(cursor.serial, last);
    last = cursor.serial;
  }
  EXPECT_EQ(source().cursor().serial, last);
}

TEST_P(GlassPointer, MovesHidesAndComesBack) {
  connect();
  show_pointer();
  writer().move_pointer({-7, 40});
  EXPECT_EQ(corner(), (Point{-7, 40}));
  EXPECT_TRUE(source().cursor().visible);
  writer().show_pointer(false);
  EXPECT_FALSE(source().cursor().visible);
  writer().show_pointer(true);
  EXPECT_TRUE(source().cursor().visible);
  EXPECT_EQ(corner(), (Point{-7, 40}));
  for (int i = 0; i < 15; ++i) writer().move_pointer({i, i});
  EXPECT_EQ(corner(), (Point{14, 14})) << "the newest of many";
}

TEST_P(GlassPointer, AHotSpotOutsideTheShapeDoesNotMoveThePicture) {
  connect();
  guest::PatternCursor sent = shape();
  for (const Point hot : {Point{-5, 100}, Point{127, -128}, Point{0, 0}, Point{31, 31}}) {
    sent.info.hot = hot;
    writer().show_pointer(true);
    writer().set_shape(sent);
    writer().move_pointer({20, 30});
    EXPECT_EQ(corner(), (Point{20, 30}));
    const pixel::CursorImage& image = *source().cursor().image;
    EXPECT_TRUE(image.hot.x >= 0 && image.hot.x < 32 && image.hot.y >= 0 && image.hot.y < 32);
  }
}

TEST_P(GlassPointer, ABadShapeLeavesTheOldOne) {
  connect();
  show_pointer();
  const std::uint64_t before = source().cursor().serial;
  std::vector<std::byte> message(24 + 64);
  message[4] = std::byte{9};  // type
  writer().post_pointer_raw(4 | 2 | 16, message);
  EXPECT_EQ(source().cursor().serial, before);
  EXPECT_TRUE(source().cursor().visible);
  writer().set_shape(shape(wire::CursorType::Monochrome));
  EXPECT_NE(source().cursor().serial, before);
}

TEST_P(GlassPointer, OfManyShapesAtOnceOnlyTheNewestIsMade) {
  connect();
  show_pointer();
  writer().move_pointer({1, 2});
  const std::uint64_t before = source().cursor().serial;
  for (int i = 0; i < 4; ++i) {
    writer().set_shape(shape(wire::CursorType::Monochrome));
    writer().move_pointer({10 + i, 20});
  }
  const guest::PatternCursor last = shape(wire::CursorType::MaskedColour);
  writer().set_shape(last);
  writer().post_pointer_raw(4 | 2 | 16, std::vector<std::byte>(24 + 64));  // no shape at all
  writer().show_pointer(false);
  const source::Cursor cursor = source().cursor();
  EXPECT_EQ(cursor.serial, before + 1);
  EXPECT_EQ(cursor.image->size, last.info.size);
  EXPECT_EQ(corner(), (Point{13, 20}));
  EXPECT_FALSE(cursor.visible);
  EXPECT_EQ(writer().host().pending(1), 0u) << "all were given back";
}

TEST_P(GlassPointer, MayBeAsLargeAsTheRendererTakes) {
  connect();
  writer().show_pointer(true);
  for (const auto type : {wire::CursorType::Colour, wire::CursorType::Monochrome}) {
    const bool one_bit = type == wire::CursorType::Monochrome;
    guest::PatternCursor sent{
        .info = {.type = type, .size = {512, 512}, .pitch = one_bit ? 64u : 2048u}, .image = {}};
    sent.image.assign(sent.info.bytes(), std::byte{0x55});
    ASSERT_EQ(writer().set_shape(sent), test::LgmpHost::Posted::Posted);
    const source::Cursor cursor = source().cursor();
    EXPECT_TRUE(cursor.visible);
    EXPECT_EQ(cursor.image->size, (Size{512, 512}));
    EXPECT_EQ(cursor.image->blend, pixel::make_cursor_image(sent.info, sent.image).value().blend);
  }
}

TEST_P(GlassPointer, VisibilityCountsAsTheVersionSays) {
  connect();
  show_pointer();
  ASSERT_TRUE(source().cursor().visible);
  writer().post_pointer_raw(1, std::vector<std::byte>(24));
  EXPECT_EQ(source().cursor().visible, GetParam() == GlassProtocol::Kvmfr34);
}

TEST_P(GlassPointer, IsReadEvenWhenNobodyAsks) {
  connect();
  show_pointer();
  for (int i = 0; i < 40; ++i) {
    writer().move_pointer({i, i});
    pass(100);
  }
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
  EXPECT_EQ(corner(), (Point{39, 39}));
}

TEST_P(GlassPointer, ComesAgainToANewSubscription) {
  connect();
  show_pointer();
  writer().move_pointer({9, 9});
  source().cursor();
  source().set_visible(false);
  writer().move_pointer({11, 12});
  source().set_visible(true);
  pass(100);
  EXPECT_EQ(corner(), (Point{11, 12}));
}

TEST_P(GlassPointer, OfASessionThatEndedIsNotShown) {
  connect();
  show_pointer();
  ASSERT_TRUE(source().cursor().visible);
  kill_host();
  start_host(options());
  pass(600);
  EXPECT_FALSE(source().cursor().visible);
  show_pointer();
  EXPECT_TRUE(source().cursor().visible);
}

TEST_P(GlassPointer, IsScaledWithThePicture) {
  connect();
  show_pointer();
  post(1, {.size = {64, 48}, .screen = Size{128, 96}});
  ASSERT_EQ(show(), 1u);
  writer().move_pointer({40, 20});
  const Point hot = source().cursor().image->hot;
  // The hot spot stands where the guest's is; the picture keeps its size.
  EXPECT_EQ(source().cursor().position, (Point{(40 + hot.x) / 2, (20 + hot.y) / 2}));
}

TEST_P(GlassPointer, IsScaledWithATurnedPicture) {
  connect();
  show_pointer();
  post(1, {.size = {64, 48}, .rotation = 1, .screen = Size{128, 192}});
  ASSERT_EQ(show(), 1u);
  writer().move_pointer({100, 60});
  const Point hot = source().cursor().image->hot;
  EXPECT_EQ(source().cursor().position, (Point{(100 + hot.x) / 4, (60 + hot.y) / 2}));
}

TEST_P(GlassPointer, IsMovedByTheHostWhenAsked) {
  connect();
  post(1, {.size = {64, 48}, .screen = Size{128, 96}});
  ASSERT_EQ(show(), 1u);
  ASSERT_TRUE(source().move_pointer({10, 20}));
  ASSERT_TRUE(source().move_pointer({-1, 5}));
  pass(50);
  EXPECT_THAT(writer().pointer_wishes(), testing::ElementsAre(Point{20, 40}, Point{-2, 10}));
  EXPECT_EQ(writer().other_mail(), 0u);
}

TEST_P(GlassPointer, CannotBeMovedWithoutAHostOrItsHelp) {
  EXPECT_EQ(source().move_pointer({1, 1}).error().code, ErrorCode::NotReady);
  auto with = options();
  with.features = 0;
  connect_to(with);
  EXPECT_EQ(source().move_pointer({1, 1}).error().code, ErrorCode::Unsupported);
}

TEST_P(GlassPointer, CannotBeMovedFasterThanTheHostListens) {
  connect();
  freeze_host(true);
  int sent = 0;
  while (sent < 100 && source().move_pointer({sent, 0})) ++sent;
  EXPECT_EQ(sent, GetParam() == GlassProtocol::Kvmfr20 ? 10 : 16);
  EXPECT_EQ(source().move_pointer({0, 0}).error().code, ErrorCode::Busy);
  freeze_host(false);
  pass(50);
  EXPECT_TRUE(source().move_pointer({0, 0}));
}

TEST_P(GlassPointer, IsLeftWithoutATraceAlsoWhenTheLockIsHeld) {
  connect();
  show_pointer();
  freeze_host(true);
  writer().host().hold_lock(1);
  source().set_visible(false);
  pass(1500);
  EXPECT_EQ(writer().host().readers_on(1), 1u);
  writer().host().release_lock(1);
  freeze_host(false);
  pass(300);
  EXPECT_EQ(writer().host().readers_on(1), 0u);
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
}

}  // namespace
}  // namespace pierglass::compat
