// SPDX-License-Identifier: GPL-2.0-or-later
// Frames of a live host: newest first, damage, rows, and what becomes of those that nobody takes.
#include <gmock/gmock.h>

#include <vector>

#include "tests/unit/compat/glass_bench.hpp"

namespace pierglass::compat {
namespace {

using source::GuestStatus;
using test::GlassFormat;
using test::GlassProtocol;
using Posted = test::LgmpHost::Posted;

class GlassFrames : public Glass {
 public:
  // The payload of the frame that was posted last.
  std::uint64_t last_payload() { return writer().frame_payload(1 - writer().next_buffer()).offset; }
  void damaged(unsigned value, const std::vector<Rect>& damage) {
    ASSERT_EQ(post(value, {.size = kBenchSize, .damage = damage}), Posted::Posted);
  }
  // Shown once, so that damage counts from here.
  void show_first() {
    connect();
    post(1);
    ASSERT_EQ(show_soon(), 1u);
  }
};
PIERGLASS_BOTH_PROTOCOLS(GlassFrames);

TEST_P(GlassFrames, TheNewestComesOnceAndWholeAtFirst) {
  connect();
  damaged(1, {{1, 2, 3, 4}});
  ASSERT_TRUE(source().has_new_frame());
  EXPECT_EQ(show(), 1u);
  EXPECT_TRUE(damage_is_full());
  EXPECT_EQ(shown().size, kBenchSize);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_FALSE(source().acquire());
}

TEST_P(GlassFrames, EveryFormatHasItsPixels) {
  connect();
  const std::vector<std::pair<GlassFormat, wire::PixelFormat>> formats{
      {GlassFormat::Bgra, wire::PixelFormat::Xrgb8888},
      {GlassFormat::Rgba, wire::PixelFormat::Xbgr8888},
      {GlassFormat::Rgba10, wire::PixelFormat::Xbgr2101010},
      {GlassFormat::Rgba10Linear, wire::PixelFormat::Xbgr2101010},
      {GlassFormat::Rgba10Pq, wire::PixelFormat::Xbgr2101010},
      {GlassFormat::Rgba16F, wire::PixelFormat::Xbgr16161616f},
      {GlassFormat::Bgr32, wire::PixelFormat::Rgb888},
      {GlassFormat::Rgb24, wire::PixelFormat::Bgr888}};
  unsigned value = 10;
  for (const auto& [format, pixels] : formats) {
    post(++value, {.size = kBenchSize, .format = format});
    EXPECT_EQ(show(), value);
    EXPECT_EQ(shown().format, pixels);
    EXPECT_TRUE(damage_is_full());
    EXPECT_EQ(shown().size, kBenchSize);
    pass(50);
  }
}

TEST_P(GlassFrames, ColoursSayHowTheyAreToBeRead) {
  connect();
  post(1, {.size = kBenchSize, .format = GlassFormat::Rgba10Pq, .sdr_white = 250});
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  const std::uint32_t white = GetParam() == GlassProtocol::Kvmfr34 ? 250'000 : 203'000;
  EXPECT_EQ(frame->image().colour, (pixel::Colour{wire::ColourSpace::Bt2020Pq, white, true}));
  EXPECT_EQ(frame->info().colour_space, wire::ColourSpace::Bt2020Pq);
  EXPECT_EQ(frame->info().sdr_white_millinits, white);
}

TEST_P(GlassFrames, RotationIsTheTurnBack) {
  connect();
  post(1, {.size = kBenchSize, .rotation = 1});
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->image().rotation, wire::Rotation::Turn270);
  EXPECT_EQ(frame->info().rotation, wire::Rotation::Turn270);
}

TEST_P(GlassFrames, DamageIsThatOfTheFrameAndOfThoseSkipped) {
  show_first();
  damaged(4, {{1, 2, 3, 4}});
  EXPECT_EQ(show(), 4u);
  EXPECT_EQ(damage(), (std::vector<Rect>{{1, 2, 3, 4}}));
  damaged(5, {{1, 2, 3, 4}});
  damaged(6, {{20, 20, 5, 5}});
  EXPECT_EQ(show(), 6u);
  EXPECT_THAT(damage(), testing::UnorderedElementsAre(Rect{1, 2, 3, 4}, Rect{20, 20, 5, 5}));
  EXPECT_EQ(writer().host().pending(0), 0u) << "all were given back";
}

TEST_P(GlassFrames, AMissingSerialMeansAllOfIt) {
  show_first();
  damaged(2, {{1, 2, 3, 4}});
  show();
  damaged(3, {{1, 2, 3, 4}});
  writer().host().set_word(last_payload() + 4, 77);
  EXPECT_EQ(show(), 3u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, AnotherPictureMeansAllOfIt) {
  show_first();
  post(2);
  show();
  unsigned value = 100;
  const auto whole = [&](test::GlassFrame frame) {
    frame.damage = {{1, 2, 3, 4}};
    EXPECT_EQ(post(++value, frame), Posted::Posted);
    EXPECT_EQ(show(), value);
    return damage_is_full();
  };
  EXPECT_FALSE(whole({.size = kBenchSize}));
  EXPECT_TRUE(whole({.size = {65, 48}}));
  EXPECT_FALSE(whole({.size = {65, 48}}));
  EXPECT_TRUE(whole({.size = {65, 48}, .format = GlassFormat::Rgba}));
  EXPECT_TRUE(whole({.size = {65, 48}, .format = GlassFormat::Rgba10}));
  EXPECT_TRUE(whole({.size = {65, 48}, .format = GlassFormat::Rgba10Pq}));
  EXPECT_TRUE(whole({.size = {65, 48}, .format = GlassFormat::Rgba10Pq, .rotation = 2}));
  EXPECT_FALSE(whole({.size = {65, 48}, .format = GlassFormat::Rgba10Pq, .rotation = 2}));
}

TEST_P(GlassFrames, ARepeatedFrameIsNotShownAgain) {
  show_first();
  writer().repost_frame(1 - writer().next_buffer());
  source().acquire();
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_EQ(writer().host().pending(0), 0u);
  EXPECT_FALSE(show());
}

TEST_P(GlassFrames, AForgottenFrameComesAgainWhole) {
  show_first();
  pass(1000);
  source().forget();
  EXPECT_EQ(show_soon(), 1u);
  EXPECT_TRUE(damage_is_full());
  EXPECT_FALSE(source().has_new_frame());
  pass(1000);
  EXPECT_FALSE(source().has_new_frame());
}

TEST_P(GlassFrames, ForgettingAsksTheHostAtMostFourTimesASecond) {
  show_first();
  int repeats = 0;
  for (int i = 0; i < 40; ++i) {
    source().forget();
    if (show()) ++repeats;
    pass(50);
  }
  EXPECT_GE(repeats, 3);
  EXPECT_LE(repeats, 9);
}

TEST_P(GlassFrames, SequencesNeverGoBack) {
  show_first();
  std::uint64_t last = shown().sequence;
  for (const std::uint32_t serial : {0xffff'fffeu, 0xffff'ffffu, 0u, 1u, 0x8000'0000u, 5u, 4u}) {
    post(2);
    writer().host().set_word(last_payload() + 4, serial);
    ASSERT_EQ(show(), 2u) << serial;
    EXPECT_GT(shown().sequence, last) << serial;
    last = shown().sequence;
  }
}

TEST_P(GlassFrames, SerialsThatWrapAreContiguous) {
  show_first();
  post(2);
  writer().host().set_word(last_payload() + 4, 0xffff'ffff);
  EXPECT_EQ(show(), 2u);
  const std::uint64_t before = shown().sequence;
  damaged(3, {{1, 2, 3, 4}});
  writer().host().set_word(last_payload() + 4, 0);
  EXPECT_EQ(show(), 3u);
  EXPECT_EQ(shown().sequence, before + 1);
  EXPECT_EQ(damage(), (std::vector<Rect>{{1, 2, 3, 4}}));
}

// ---- frames that are not complete, or given back too early ------------------------------------

TEST_P(GlassFrames, RowsCountAsTheHostWritesThem) {
  connect();
  const test::GlassFrame header{.size = kBenchSize};
  ASSERT_EQ(writer().begin_frame(header), Posted::Posted);
  const std::vector<std::byte> stored(writer().geometry().bytes(), std::byte{8});
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->rows_ready(), 0u);
  writer().write_rows(stored, 20);
  EXPECT_EQ(frame->rows_ready(), 20u);
  writer().write_rows(stored, 48, false);
  EXPECT_EQ(frame->rows_ready(), 20u);
  writer().write_rows(stored, 48);
  EXPECT_EQ(frame->rows_ready(), 48u);
  writer().set_write_position(0xffff'ffff);
  EXPECT_EQ(frame->rows_ready(), 48u);
  EXPECT_TRUE(frame->finish());
}

TEST_P(GlassFrames, AFrameThatIsNotAllThereIsNotGoodAndComesAgain) {
  show_first();
  pass(1000);
  ASSERT_EQ(writer().begin_frame({.size = kBenchSize}), Posted::Posted);
  const std::vector<std::byte> stored(writer().geometry().bytes(), std::byte{8});
  writer().write_rows(stored, 47);
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  EXPECT_FALSE(frame->finish());
  writer().write_rows(stored, 48);
  EXPECT_EQ(show_soon(), 8u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, AFrameThatIsNotUsedComesAgain) {
  show_first();
  post(2);
  {
    auto unused = source().acquire();
  }
  EXPECT_TRUE(source().has_new_frame());
  EXPECT_EQ(show(), 2u);
}

TEST_P(GlassFrames, AFrameThatIsNeverUsedIsGivenBackInTime) {
  show_first();
  post(2);
  for (int i = 0; i < 60; ++i) {
    {
      auto unused = source().acquire();
    }
    pass(50);
  }
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
  EXPECT_EQ(show_soon(), 2u);
}

// As the client does with one whose rows do not come.
TEST_P(GlassFrames, AFrameThatIsHeldAgainAndAgainIsGivenBackInTime) {
  show_first();
  ASSERT_EQ(writer().begin_frame({.size = kBenchSize}), Posted::Posted);
  for (int i = 0; i < 10; ++i) {
    auto held = source().acquire();
    pass(250);
  }
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
  EXPECT_THAT(source().notice(), testing::HasSubstr("does not finish writing"));
}

TEST_P(GlassFrames, AFreshFrameHasAllTheTimeWhateverTheOneBeforeHad) {
  show_first();
  post(2);
  {
    auto unused = source().acquire();
  }
  pass(350);
  EXPECT_EQ(show(), 2u);
  post(3);
  pass(100);
  EXPECT_EQ(show(), 3u);
}

TEST_P(GlassFrames, APayloadThatIsWrittenAnewMeanwhileIsNotGood) {
  show_first();
  post(2);
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  writer().host().set_word(last_payload() + 4, 1234);
  EXPECT_FALSE(frame->finish());
}

TEST_P(GlassFrames, ThoseThatNobodyTakesAreGivenBackAndComeAgain) {
  show_first();
  post(2);
  pass(600);
  EXPECT_EQ(writer().host().pending(0), 0u) << "the host may go on";
  EXPECT_TRUE(source().has_new_frame());
  pass(3000);
  EXPECT_EQ(show_soon(), 2u);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_EQ(writer().host().readers_timed_out(), 0u);
}

TEST_P(GlassFrames, AReaderThatWasDroppedComesBack) {
  show_first();
  post(2);
  {
    auto frame = source().acquire();
    ASSERT_TRUE(frame);
    pass(1500);
    EXPECT_NE(writer().host().readers_timed_out(), 0u);
    EXPECT_FALSE(frame->finish());
  }
  post(3);
  EXPECT_EQ(show_soon(), 3u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, AReaderThatWasDroppedIsNotToldOfNews) {
  show_first();
  post(2);
  ASSERT_TRUE(source().has_new_frame());
  writer().host().set_readers(0, 1, 1);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_FALSE(source().acquire());
  EXPECT_EQ(show_soon(), 2u);
}

TEST_P(GlassFrames, APlaceThatSomebodyTookIsLeftToThem) {
  show_first();
  auto& host = writer().host();
  host.set_word(host.queue_at(0) + host.offsets().client_ids, 0xabcdef);
  post(2);
  EXPECT_EQ(show_soon(), 2u);
  EXPECT_EQ(host.word(host.queue_at(0) + host.offsets().client_ids), 0xabcdefu);
  EXPECT_EQ(host.readers_on(0), 3u);
}

TEST_P(GlassFrames, AFrameHeldOverARestartIsNotGood) {
  show_first();
  post(2);
  auto frame = source().acquire();
  ASSERT_TRUE(frame);
  kill_host();
  start_host(options());
  EXPECT_FALSE(source().has_new_frame());
  pass(50);
  EXPECT_EQ(frame->rows_ready(), 0u);
  pass(1000);
  EXPECT_FALSE(frame->finish());
  post(3);
  EXPECT_EQ(show_soon(), 3u);
}

TEST_P(GlassFrames, ABadFrameIsSkippedAndTheNextIsWhole) {
  show_first();
  post(2);
  show();
  damaged(3, {{1, 2, 3, 4}});
  writer().host().set_word(last_payload() + 8, 0);
  EXPECT_FALSE(source().acquire());
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_EQ(writer().host().pending(0), 0u);
  damaged(4, {{1, 2, 3, 4}});
  EXPECT_EQ(show(), 4u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, ABadFrameBehindAGoodOneDoesNotHideIt) {
  show_first();
  post(2);
  post(3);
  writer().host().set_word(last_payload() + 48, 0xffff'fff0);
  EXPECT_EQ(show(), 2u);
}

TEST_P(GlassFrames, InvisibleSourcesGiveFramesBackAndComeBackWhole) {
  show_first();
  source().set_visible(false);
  EXPECT_FALSE(source().has_new_frame());
  post(2);
  pass(2000);
  EXPECT_FALSE(source().has_new_frame());
  EXPECT_EQ(writer().host().readers_bad(0), 0u);
  source().set_visible(true);
  post(3);
  EXPECT_EQ(show_soon(), 3u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, InvisibleSourcesLeaveOtherReadersTheirRate) {
  show_first();
  source().set_visible(false);
  int posted = 0;
  for (unsigned i = 0; i < 60; ++i) {
    if (post(i) == Posted::Posted) ++posted;
    pass(50);
  }
  EXPECT_EQ(posted, 60);
}

TEST_P(GlassFrames, InvisibleSourcesHearThatAttentionIsWanted) {
  show_first();
  const std::uint32_t before = source().wishes().attention;
  source().set_visible(false);
  post(2, {.size = kBenchSize, .flags = 2});
  pass(600);
  EXPECT_EQ(source().wishes().attention, before + 1);
}

TEST_P(GlassFrames, TheFirstOfANewSubscriptionIsWhole) {
  show_first();
  writer().host().set_readers(0, 0, 0);
  pass(100);
  damaged(2, {{1, 2, 3, 4}});
  EXPECT_EQ(show(), 2u);
  EXPECT_TRUE(damage_is_full());
}

TEST_P(GlassFrames, DesktopDuplicationIsTakenOverWholeOnceASecond) {
  auto with = options();
  with.capture = "DXGI";
  connect_to(with);
  int whole = 0;
  for (unsigned i = 0; i < 60; ++i) {
    damaged(i + 1, {{1, 2, 3, 4}});
    ASSERT_EQ(show(), i + 1);
    if (damage_is_full()) ++whole;
    pass(50);
  }
  EXPECT_GE(whole, 3);
  EXPECT_LE(whole, 5);
}

TEST_P(GlassFrames, DesktopDuplicationIsTakenOverWholeOnceMoreAtRest) {
  auto with = options();
  with.capture = "DXGI";
  connect_to(with);
  ASSERT_EQ(show(), std::nullopt);
  damaged(1, {{1, 2, 3, 4}});
  ASSERT_EQ(show_soon(), 1u);
  damaged(2, {{1, 2, 3, 4}});
  ASSERT_EQ(show(), 2u);
  ASSERT_FALSE(damage_is_full());
  pass(2500);
  EXPECT_EQ(show_soon(), 2u) << "the same once more";
  EXPECT_TRUE(damage_is_full());
  pass(5000);
  EXPECT_FALSE(source().has_new_frame()) << "and that was that";
}

TEST_P(GlassFrames, TheQuarterTurnsOfDirect3D12AreTheOtherWayRound) {
  auto with = options();
  with.capture = "D12";
  connect_to(with);
  const std::pair<std::uint32_t, wire::Rotation> turns[] = {{0, wire::Rotation::None},
                                                            {1, wire::Rotation::Turn90},
                                                            {2, wire::Rotation::Turn180},
                                                            {3, wire::Rotation::Turn270}};
  for (const auto& [sent, upright] : turns) {
    post(1 + sent, {.size = kBenchSize, .rotation = sent});
    ASSERT_EQ(show(), 1 + sent);
    EXPECT_EQ(shown().rotation, upright);
  }
}

TEST_P(GlassFrames, OnesThatCannotBeAreNamed) {
  show_first();
  post(2);
  writer().host().set_word(last_payload() + 8, 99);
  EXPECT_EQ(show(), std::nullopt);
  pass(50);
  EXPECT_THAT(source().notice(), testing::HasSubstr("frame type 99"));
  post(3);
  EXPECT_EQ(show(), 3u);
  pass(50);
  EXPECT_TRUE(source().notice().empty());
}

// ---- truncated pictures, wishes ---------------------------------------------------------------

TEST_P(GlassFrames, ATruncatedPictureIsShownAndTheMemoryItNeedsIsNamed) {
  connect();
  EXPECT_TRUE(source().notice().empty());
  post(4, {.size = {1920, 1080}});
  EXPECT_EQ(show(), 4u);
  EXPECT_EQ(shown().size.width, 1920u);
  EXPECT_LT(shown().size.height, 1080u);
  pass(50);
  EXPECT_EQ(source().notice(),
            "the shared memory (8 MiB) is too small for 1920x1080: give the virtual machine's "
            "ivshmem device 32 MiB");
  post(5);
  show();
  pass(50);
  EXPECT_TRUE(source().notice().empty());
  post(4, {.size = kBenchSize, .keep_rows = 5});
  show();
  pass(50);
  EXPECT_THAT(source().notice(), testing::HasSubstr("16 MiB"));
  kill_host();
  start_host(options());
  pass(100);
  EXPECT_TRUE(source().notice().empty());
}

TEST_P(GlassFrames, AHostThatNeverFinishesItsFramesIsNamed) {
  connect();
  ASSERT_EQ(writer().begin_frame({.size = kBenchSize}), Posted::Posted);
  pass(600);
  EXPECT_THAT(source().notice(), testing::HasSubstr("does not finish writing"));
  show_soon();
  pass(50);
  post(7);
  EXPECT_EQ(show_soon(), 7u);
  pass(50);
  EXPECT_TRUE(source().notice().empty());
}

TEST_P(GlassFrames, WishesAreTheNewestFrames) {
  show_first();
  EXPECT_EQ(source().wishes(), source::GuestWishes{});
  post(2, {.size = kBenchSize, .flags = 1});
  show();
  EXPECT_TRUE(source().wishes().keep_screen_on);
  post(3, {.size = kBenchSize});
  show();
  EXPECT_FALSE(source().wishes().keep_screen_on);
  post(4, {.size = kBenchSize, .flags = 1});
  show();
  freeze_host(true);
  pass(1500);
  EXPECT_FALSE(source().wishes().keep_screen_on) << "a frozen guest wishes nothing";
}

TEST_P(GlassFrames, AttentionIsCountedOncePerFrame) {
  show_first();
  post(2, {.size = kBenchSize, .flags = 2});
  {
    auto unused = source().acquire();
  }
  EXPECT_EQ(show(), 2u);
  EXPECT_EQ(source().wishes().attention, 1u);
  writer().repost_frame(1 - writer().next_buffer());
  show();
  EXPECT_EQ(source().wishes().attention, 1u);
  post(3, {.size = kBenchSize, .flags = 2});
  pass(600);
  EXPECT_EQ(source().wishes().attention, 2u) << "also when nobody takes the frame";
  kill_host();
  start_host(options());
  pass(1000);
  EXPECT_EQ(source().wishes().attention, 2u) << "never goes back";
}

}  // namespace
}  // namespace pierglass::compat
