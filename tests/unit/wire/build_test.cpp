// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/build.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/wire/region_fixture.hpp"

namespace pierglass::wire::test {
namespace {

TEST(Build, PitchIsTheSmallestMultipleThatHoldsARow) {
  EXPECT_EQ(pitch_for(1920, PixelFormat::Xrgb8888), 7680U);
  EXPECT_EQ(pitch_for(1366, PixelFormat::Xrgb8888), 5632U);
  EXPECT_EQ(pitch_for(1, PixelFormat::Xrgb8888), 256U);
  EXPECT_EQ(pitch_for(64, PixelFormat::Xrgb8888), 256U);
  EXPECT_EQ(pitch_for(65, PixelFormat::Xrgb8888), 512U);
  EXPECT_EQ(pitch_for(1920, PixelFormat::Xbgr16161616f), 15360U);
  EXPECT_EQ(pitch_for(kMaxDimension, PixelFormat::Xbgr16161616f), 131072U);
}

TEST(Build, SlotsPadTheirRowsToSixteen) {
  EXPECT_EQ(slot_bytes_for({1920, 1080}, PixelFormat::Xrgb8888), 7680U * 1088);
  EXPECT_EQ(slot_bytes_for({1366, 768}, PixelFormat::Xrgb8888), 5632U * 768);
  EXPECT_EQ(slot_bytes_for({kMaxDimension, kMaxDimension}, PixelFormat::Xbgr16161616f),
            std::uint64_t{131072} * 16384);
}

TEST(Build, AFourSlotFullHdRegionFitsInto64MiB) {
  const auto bytes = region_bytes_for({}, {1920, 1080}, PixelFormat::Xrgb8888);
  EXPECT_LE(bytes, std::uint64_t{64} << 20);
  EXPECT_GT(bytes, 4 * slot_bytes_for({1920, 1080}, PixelFormat::Xrgb8888));
}

TEST(Build, SlotsAreAlignedForPlacedResourcesAndUseWhatIsLeft) {
  const auto layout = plan_region(std::uint64_t{64} << 20, {});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->slots_offset % kSlotAlignment, 0U);
  EXPECT_EQ(layout->slot_stride % kSlotAlignment, 0U);
  const auto end = layout->slots_offset + layout->slot_count * layout->slot_stride;
  EXPECT_LE(end, layout->region_bytes);
  EXPECT_LT(layout->region_bytes - end, layout->slot_count * kSlotAlignment);
}

TEST(Build, ExactlyTheBytesForTheSmallestPictureAreEnough) {
  const auto bytes = region_bytes_for({}, {640, 480}, PixelFormat::Xrgb8888);
  EXPECT_TRUE(plan_region(bytes, {}));
  const auto small = plan_region(bytes - 1, {});
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, ErrorCode::TooSmall);
  EXPECT_EQ(small.error().got, bytes - 1);
  EXPECT_EQ(small.error().want, bytes);
  EXPECT_FALSE(plan_region(0, {}));
}

TEST(Build, CountsOutsideTheirRangeAreTheCallersFault) {
  const std::uint64_t plenty = std::uint64_t{1} << 30;
  const RegionSpec wrong[] = {{.slot_count = kMinSlots - 1},
                              {.slot_count = kMaxSlots + 1},
                              {.shape_count = kMinShapeSlots - 1},
                              {.shape_count = kMaxShapeSlots + 1},
                              {.reader_count = 0},
                              {.reader_count = kMaxReaders + 1}};
  for (const RegionSpec& spec : wrong) {
    const auto layout = plan_region(plenty, spec);
    ASSERT_FALSE(layout);
    EXPECT_EQ(layout.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(Build, LayingARegionOutAgainClearsWhatTheLastLifeLeft) {
  TestRegion region;
  const TestRegion fresh;
  region.header().heartbeat = 99;
  region.header().state = 3;
  region.frames().newest_complete = 99;
  region.cursor().shape = 99;
  region.at<RawFrameRecord>(region.layout().record_at(2)).sequence = 99;
  region.at<RawShape>(region.layout().shape_at(1)).sequence = 99;
  auto& reader = region.at<RawReader>(region.layout().reader_at(7));
  reader.token = 99;
  reader.held = 99;
  reader.control_head = 99;
  write_region(region.bytes(), region.layout());
  EXPECT_EQ(region.header().session, 0U);
  EXPECT_EQ(region.header().heartbeat, 0U);
  EXPECT_EQ(region.header().state, 0U);
  EXPECT_EQ(region.header().doorbell_peer, kNoPeer);
  EXPECT_EQ(region.frames().newest_complete, 0U);
  EXPECT_EQ(region.cursor().shape, 0U);
  EXPECT_EQ(reader.token, 0U);
  EXPECT_EQ(reader.held, 0U);
  EXPECT_EQ(reader.doorbell_peer, kNoPeer);
  const auto channels = static_cast<std::size_t>(region.layout().slots_offset);
  region.header().session = kTestSession;
  EXPECT_EQ(std::memcmp(region.bytes().data(), fresh.bytes().data(), channels), 0);
}

TEST(Build, LayingARegionOutAgainLeavesThePixelsAlone) {
  TestRegion region;
  auto& pixel = region.at<std::uint32_t>(region.layout().slot_at(1));
  pixel = 0x00c0ffee;
  write_region(region.bytes(), region.layout());
  EXPECT_EQ(pixel, 0x00c0ffeeU);
}

TEST(Build, ATicketNamesSequenceAndSlot) {
  EXPECT_EQ(ticket_sequence(make_ticket(kMaxSequence, 15)), kMaxSequence);
  EXPECT_EQ(ticket_slot(make_ticket(kMaxSequence, 15)), 15U);
  EXPECT_EQ(make_ticket(1, 0), 0x100U);
}

}  // namespace
}  // namespace pierglass::wire::test
