// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <thread>

#include "tests/unit/wire/region_fixture.hpp"

namespace pierglass::wire::test {
namespace {

constexpr auto kHuge32 = std::numeric_limits<std::uint32_t>::max() - 63;  // still a multiple of 64
constexpr auto kHuge64 = std::numeric_limits<std::uint64_t>::max() - 65535;  // and of 64 KiB

struct Bend {
  const char* name;
  std::function<void(TestRegion&)> apply;
  ErrorCode code;
  const char* what;
};

// Moves the table and all channels into the slots' area, and the slots to where the channels were:
// at offset 0, 64 KiB each.
void swap_channels_and_slots(TestRegion& region) {
  const std::uint64_t delta = region.layout().slots_offset;
  const auto channels = region.bytes().first(delta);
  std::memcpy(region.bytes().data() + delta, channels.data(), channels.size());
  region.header().channels_offset += static_cast<std::uint32_t>(delta);
  for (std::uint32_t i = 0; i < 3; ++i) region.channel(i).offset += delta;
  auto& frames = region.at<RawFramesHeader>(region.layout().frames_offset + delta);
  frames.slots_offset = 0;
  frames.slot_stride = frames.slot_bytes = kSlotAlignment;
}

// Moves one channel to the begin of the second slot.
void move_into_slots(TestRegion& region, RawChannel& channel) {
  const std::uint64_t offset = region.layout().slot_at(1);
  std::memcpy(region.bytes().data() + offset, region.bytes().data() + channel.offset,
              channel.length);
  channel.offset = offset;
}

void expect_refused(const Bend& bend) {
  SCOPED_TRACE(bend.name);
  TestRegion region;
  ASSERT_TRUE(region.parse());
  bend.apply(region);
  const auto layout = region.parse();
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().code, bend.code);
  EXPECT_STREQ(layout.error().what, bend.what);
}

TEST(ParseRegion, RefusesEachBentFieldOfTheHeader) {
  const Bend table[] = {
      {"zero magic", [](auto& r) { r.header().magic = 0; }, ErrorCode::NotReady, "magic"},
      {"other magic", [](auto& r) { r.header().magic ^= 1; }, ErrorCode::NotARegion, "magic"},
      {"no session", [](auto& r) { r.header().session = 0; }, ErrorCode::NotReady, "session"},
      {"older major", [](auto& r) { r.header().layout_major = 0; }, ErrorCode::VersionMismatch,
       "region layout"},
      {"newer major", [](auto& r) { r.header().layout_major = 2; }, ErrorCode::VersionMismatch,
       "region layout"},
      {"one byte more than mapped", [](auto& r) { r.header().region_bytes += 1; },
       ErrorCode::TooSmall, "region"},
      {"absurd size", [](auto& r) { r.header().region_bytes = kHuge64; }, ErrorCode::TooSmall,
       "region"},
      {"smaller than the header", [](auto& r) { r.header().region_bytes = 255; },
       ErrorCode::Corrupt, "region_bytes"},
      {"no channels", [](auto& r) { r.header().channel_count = 0; }, ErrorCode::Corrupt,
       "channel_count"},
      {"too many channels", [](auto& r) { r.header().channel_count = kMaxChannels + 1; },
       ErrorCode::Corrupt, "channel_count"},
      {"absurdly many channels", [](auto& r) { r.header().channel_count = 0x08000001; },
       ErrorCode::Corrupt, "channel_count"},
      {"table in the header", [](auto& r) { r.header().channels_offset = 192; }, ErrorCode::Corrupt,
       "channels_offset"},
      {"table not on a line", [](auto& r) { r.header().channels_offset = 256 + 8; },
       ErrorCode::Corrupt, "channels_offset"},
      {"table past the end", [](auto& r) { r.header().channels_offset = kHuge32; },
       ErrorCode::Corrupt, "channels_offset"},
      {"table half past the end",
       [](auto& r) {
         r.header().channels_offset = static_cast<std::uint32_t>(r.bytes().size() - 64);
       },
       ErrorCode::Corrupt, "channels_offset"},
  };
  for (const Bend& bend : table) expect_refused(bend);
}

TEST(ParseRegion, RefusesEachBentFieldOfTheChannelTable) {
  const Bend table[] = {
      {"no frames", [](auto& r) { r.frames_channel().type = 99; }, ErrorCode::Corrupt,
       "frames channel"},
      {"no cursor", [](auto& r) { r.cursor_channel().type = 0; }, ErrorCode::Corrupt,
       "cursor channel"},
      {"no readers", [](auto& r) { r.readers_channel().type = kHuge32; }, ErrorCode::Corrupt,
       "readers channel"},
      {"table cut before the readers", [](auto& r) { r.header().channel_count = 2; },
       ErrorCode::Corrupt, "readers channel"},
      {"frames twice", [](auto& r) { r.cursor_channel().type = 1; }, ErrorCode::Corrupt,
       "frames channel"},
      {"newer frames", [](auto& r) { r.frames_channel().version = 2; }, ErrorCode::VersionMismatch,
       "frames channel"},
      {"older cursor", [](auto& r) { r.cursor_channel().version = 0; }, ErrorCode::VersionMismatch,
       "cursor channel"},
      {"newer readers", [](auto& r) { r.readers_channel().version = kHuge32; },
       ErrorCode::VersionMismatch, "readers channel"},
      {"off the line", [](auto& r) { r.frames_channel().offset += 8; }, ErrorCode::Corrupt,
       "frames channel"},
      {"in the header", [](auto& r) { r.frames_channel().offset = 64; }, ErrorCode::Corrupt,
       "frames channel"},
      {"on the table", [](auto& r) { r.frames_channel().offset = 256 + 64; }, ErrorCode::Corrupt,
       "frames channel"},
      {"past the end", [](auto& r) { r.cursor_channel().offset = kHuge64; }, ErrorCode::Corrupt,
       "cursor channel"},
      {"at the very end", [](auto& r) { r.cursor_channel().offset = r.header().region_bytes; },
       ErrorCode::Corrupt, "cursor channel"},
      {"longer than the region",
       [](auto& r) {
         r.cursor_channel().length = r.header().region_bytes - r.cursor_channel().offset + 1;
       },
       ErrorCode::Corrupt, "cursor channel"},
      {"length that wraps", [](auto& r) { r.readers_channel().length = kHuge64; },
       ErrorCode::Corrupt, "readers channel"},
      {"shorter than its header", [](auto& r) { r.frames_channel().length = 127; },
       ErrorCode::Corrupt, "frames channel"},
      {"shorter than its records", [](auto& r) { r.frames_channel().length -= 1; },
       ErrorCode::Corrupt, "records_offset"},
      {"shorter than its shapes", [](auto& r) { r.cursor_channel().length -= 1; },
       ErrorCode::Corrupt, "shapes_offset"},
      {"shorter than its blocks", [](auto& r) { r.readers_channel().length -= 1; },
       ErrorCode::Corrupt, "readers_offset"},
      {"cursor over frames",
       [](auto& r) { r.cursor_channel().offset = r.frames_channel().offset + 64; },
       ErrorCode::Corrupt, "cursor channel"},
      {"readers over frames",
       [](auto& r) { r.readers_channel().offset = r.frames_channel().offset; }, ErrorCode::Corrupt,
       "readers channel"},
      {"readers in the cursor's last line",
       [](auto& r) {
         r.readers_channel().offset =
             r.cursor_channel().offset + r.cursor_channel().length - kCacheLine;
       },
       ErrorCode::Corrupt, "readers channel"},
  };
  for (const Bend& bend : table) expect_refused(bend);
}

TEST(ParseRegion, RefusesEachBentFieldOfTheFramesHeader) {
  const Bend table[] = {
      {"too few slots", [](auto& r) { r.frames().slot_count = kMinSlots - 1; }, ErrorCode::Corrupt,
       "slot_count"},
      {"too many slots", [](auto& r) { r.frames().slot_count = kMaxSlots + 1; }, ErrorCode::Corrupt,
       "slot_count"},
      {"more slots than records", [](auto& r) { r.frames().slot_count += 1; }, ErrorCode::Corrupt,
       "records_offset"},
      {"records overlap", [](auto& r) { r.frames().record_stride = sizeof(RawFrameRecord) - 64; },
       ErrorCode::Corrupt, "record_stride"},
      {"records off the line", [](auto& r) { r.frames().record_stride += 8; }, ErrorCode::Corrupt,
       "record_stride"},
      {"records too far apart", [](auto& r) { r.frames().record_stride = kHuge32; },
       ErrorCode::Corrupt, "records_offset"},
      {"records on the header", [](auto& r) { r.frames().records_offset = 64; }, ErrorCode::Corrupt,
       "records_offset"},
      {"records whose length wraps in 32 bits",
       [](auto& r) { r.frames().record_stride = 0x40000000; }, ErrorCode::Corrupt,
       "records_offset"},
      {"records begin off the line",
       [](auto& r) {
         r.frames().slot_count -= 1;
         r.frames().records_offset += 8;
       },
       ErrorCode::Corrupt, "records_offset"},
      {"records past the end", [](auto& r) { r.frames().records_offset = kHuge64; },
       ErrorCode::Corrupt, "records_offset"},
      {"no stride", [](auto& r) { r.frames().slot_stride = 0; }, ErrorCode::Corrupt, "slot_stride"},
      {"stride not of 64 KiB", [](auto& r) { r.frames().slot_stride -= 4096; }, ErrorCode::Corrupt,
       "slot_stride"},
      {"stride that wraps", [](auto& r) { r.frames().slot_stride = std::uint64_t{1} << 63; },
       ErrorCode::Corrupt, "slot_stride"},
      {"slots past the end", [](auto& r) { r.frames().slot_stride += kSlotAlignment; },
       ErrorCode::Corrupt, "slots_offset"},
      {"empty slots", [](auto& r) { r.frames().slot_bytes = 0; }, ErrorCode::Corrupt, "slot_bytes"},
      {"slots longer than the stride",
       [](auto& r) { r.frames().slot_bytes = r.frames().slot_stride + 1; }, ErrorCode::Corrupt,
       "slot_bytes"},
      {"slots at the header", [](auto& r) { r.frames().slots_offset = 0; }, ErrorCode::Corrupt,
       "slots_offset"},
      {"slots off 64 KiB", [](auto& r) { r.frames().slots_offset -= 4096; }, ErrorCode::Corrupt,
       "slots_offset"},
      {"slots over the cursor", [](auto& r) { r.frames().slots_offset = kSlotAlignment; },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots over the header alone", [](auto& r) { swap_channels_and_slots(r); },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots over the frames", [](auto& r) { move_into_slots(r, r.frames_channel()); },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots over the shapes", [](auto& r) { move_into_slots(r, r.cursor_channel()); },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots over the readers", [](auto& r) { move_into_slots(r, r.readers_channel()); },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots over the table",
       [](auto& r) {
         const auto offset = static_cast<std::uint32_t>(r.layout().slot_at(1));
         std::memcpy(r.bytes().data() + offset, &r.channel(0), 3 * sizeof(RawChannel));
         r.header().channels_offset = offset;
       },
       ErrorCode::Corrupt, "slots_offset"},
      {"slots that wrap", [](auto& r) { r.frames().slots_offset = kHuge64; }, ErrorCode::Corrupt,
       "slots_offset"},
  };
  for (const Bend& bend : table) expect_refused(bend);
}

TEST(ParseRegion, RefusesEachBentFieldOfTheCursorAndReadersHeaders) {
  const Bend table[] = {
      {"one shape", [](auto& r) { r.cursor().shape_count = kMinShapeSlots - 1; },
       ErrorCode::Corrupt, "shape_count"},
      {"too many shapes", [](auto& r) { r.cursor().shape_count = kMaxShapeSlots + 1; },
       ErrorCode::Corrupt, "shape_count"},
      {"more shapes than fit", [](auto& r) { r.cursor().shape_count += 1; }, ErrorCode::Corrupt,
       "shapes_offset"},
      {"empty shapes", [](auto& r) { r.cursor().shape_bytes = 0; }, ErrorCode::Corrupt,
       "shape_bytes"},
      {"huge shapes", [](auto& r) { r.cursor().shape_bytes = kMaxShapeBytes + 1; },
       ErrorCode::Corrupt, "shape_bytes"},
      {"shapes overlap", [](auto& r) { r.cursor().shape_stride -= 64; }, ErrorCode::Corrupt,
       "shape_stride"},
      {"shapes off the line", [](auto& r) { r.cursor().shape_stride += 8; }, ErrorCode::Corrupt,
       "shape_stride"},
      {"shapes too far apart", [](auto& r) { r.cursor().shape_stride = kHuge32; },
       ErrorCode::Corrupt, "shapes_offset"},
      {"shapes on the header", [](auto& r) { r.cursor().shapes_offset = 64; }, ErrorCode::Corrupt,
       "shapes_offset"},
      {"shapes past the end", [](auto& r) { r.cursor().shapes_offset = kHuge64; },
       ErrorCode::Corrupt, "shapes_offset"},
      {"no readers", [](auto& r) { r.readers().reader_count = 0; }, ErrorCode::Corrupt,
       "reader_count"},
      {"too many readers", [](auto& r) { r.readers().reader_count = kMaxReaders + 1; },
       ErrorCode::Corrupt, "reader_count"},
      {"more readers than fit", [](auto& r) { r.readers().reader_count += 1; }, ErrorCode::Corrupt,
       "readers_offset"},
      {"blocks overlap", [](auto& r) { r.readers().reader_stride -= 64; }, ErrorCode::Corrupt,
       "reader_stride"},
      {"blocks off the line", [](auto& r) { r.readers().reader_stride += 8; }, ErrorCode::Corrupt,
       "reader_stride"},
      {"blocks too far apart", [](auto& r) { r.readers().reader_stride = kHuge32; },
       ErrorCode::Corrupt, "readers_offset"},
      {"blocks on the header", [](auto& r) { r.readers().readers_offset = 0; }, ErrorCode::Corrupt,
       "readers_offset"},
      {"blocks past the end", [](auto& r) { r.readers().readers_offset = kHuge64; },
       ErrorCode::Corrupt, "readers_offset"},
  };
  for (const Bend& bend : table) expect_refused(bend);
}

TEST(ParseRegion, TellsBothNumbersOfAVersionAndOfASize) {
  TestRegion region;
  region.header().layout_major = 7;
  const auto version = region.parse();
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().got, 7U);
  EXPECT_EQ(version.error().want, kLayoutMajor);

  TestRegion small;
  const auto half = parse_region(small.bytes().first(small.bytes().size() / 2));
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, ErrorCode::TooSmall);
  EXPECT_EQ(half.error().got, small.bytes().size() / 2);
  EXPECT_EQ(half.error().want, small.bytes().size());
}

TEST(ParseRegion, AMappingShorterThanTheHeaderIsTooSmall) {
  const PageMemory memory(4096);
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}, sizeof(RawHeader) - 1}) {
    const auto layout = parse_region(memory.span().first(bytes));
    ASSERT_FALSE(layout);
    EXPECT_EQ(layout.error().code, ErrorCode::TooSmall);
    EXPECT_EQ(layout.error().want, sizeof(RawHeader));
  }
}

TEST(ParseRegion, FreshZeroedMemoryIsNotReady) {
  const PageMemory memory(1 << 20);
  EXPECT_EQ(parse_region(memory.span()).error().code, ErrorCode::NotReady);
}

struct Variant {
  const char* name;
  std::function<void(TestRegion&)> apply;
  std::function<void(RegionLayout&)> expect;
};

TEST(ParseRegion, AcceptsWhatAnotherGuestMayDoDifferently) {
  const Variant table[] = {
      {"newer minor", [](auto& r) { r.header().layout_minor = 9; },
       [](auto& l) { l.layout_minor = 9; }},
      {"unknown features", [](auto& r) { r.header().features = ~0ULL; },
       [](auto& l) { l.features = ~0ULL; }},
      {"bytes in reserved fields",
       [](auto& r) {
         std::memset(r.header().reserved0, 0xff, sizeof r.header().reserved0);
         std::memset(r.frames().reserved0, 0xff, sizeof r.frames().reserved0);
         std::memset(r.cursor().reserved0, 0xff, sizeof r.cursor().reserved0);
         std::memset(r.readers().reserved, 0xff, sizeof r.readers().reserved);
       },
       [](auto&) {}},
      {"an unknown channel with absurd numbers",
       [](auto& r) {
         r.header().channel_count = 4;
         r.channel(3) = {77, 5, kHuge64, kHuge64, 0};
       },
       [](auto&) {}},
      {"frames also in a newer version",
       [](auto& r) {
         r.header().channel_count = 4;
         r.channel(3) = {1, 2, 0, 0, 0};
       },
       [](auto&) {}},
      {"channels in another order", [](auto& r) { std::swap(r.channel(0), r.channel(2)); },
       [](auto&) {}},
      {"smaller slots than their stride", [](auto& r) { r.frames().slot_bytes = 1; },
       [](auto& l) { l.slot_bytes = 1; }},
      {"fewer slots than records", [](auto& r) { r.frames().slot_count = kMinSlots; },
       [](auto& l) { l.slot_count = kMinSlots; }},
      {"a name of unprintable bytes", [](auto& r) { std::memset(r.header().guest_name, 0x1b, 64); },
       [](auto& l) {
         l.guest_name.fill('?');
         l.guest_name.back() = 0;
       }},
  };
  for (const Variant& variant : table) {
    SCOPED_TRACE(variant.name);
    TestRegion region;
    variant.apply(region);
    RegionLayout expected = region.layout();
    variant.expect(expected);
    const auto layout = region.parse();
    ASSERT_TRUE(layout);
    EXPECT_EQ(*layout, expected);
  }
}

TEST(ParseRegion, AMappingLargerThanTheRegionKeepsTheGuestsSize) {
  const RegionSpec spec{};
  const auto bytes = region_bytes_for(spec, {640, 480}, PixelFormat::Xrgb8888);
  const PageMemory memory(2 * bytes);
  auto planned = *plan_region(bytes, spec);
  planned.session = 5;
  write_region(memory.span(), planned);
  std::memcpy(memory.span().data() + offsetof(RawHeader, session), &planned.session, 8);
  EXPECT_EQ(parse_region(memory.span()), planned);
}

TEST(PrintableName, KeepsOnlyPrintableAsciiUpToTheFirstZero) {
  const auto text = [](std::string_view name) { return std::string(printable_name(name).data()); };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("Win 11 ~!"), "Win 11 ~!");
  EXPECT_EQ(text("a\x1b[2Jb\x7f\xc3\xa4"), "a?[2Jb???");
  EXPECT_EQ(text(std::string_view("ab\0cd", 5)), "ab");
  EXPECT_EQ(text(std::string(200, 'x')), std::string(63, 'x'));
}

// One thread lays the region out again and again, alternating between two shapes of it; whatever
// the other sees must be one of the two, whole.
TEST(ParseRegion, ARegionLaidOutAnewMeanwhileNeverGivesAMixture) {
  const RegionSpec specs[] = {{.slot_count = 3, .shape_count = 2, .reader_count = 4},
                              {.slot_count = 5, .shape_count = 7, .reader_count = 16}};
  const auto bytes = region_bytes_for(specs[1], {640, 480}, PixelFormat::Xrgb8888);
  const PageMemory memory(bytes);
  RegionLayout layouts[] = {*plan_region(bytes, specs[0]), *plan_region(bytes, specs[1])};
  constexpr std::uint64_t kLives = 1000;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> parses{0};
  std::thread writer([&] {
    auto* session =
        reinterpret_cast<std::uint64_t*>(memory.span().data() + offsetof(RawHeader, session));
    for (std::uint64_t life = 1; life <= kLives; ++life) {
      write_region(memory.span(), layouts[life % 2]);
      std::atomic_ref(*session).store(life, std::memory_order_release);
      const auto until = parses + (life % 16 == 0 ? 2 : 0);
      while (parses < until) std::this_thread::yield();
    }
    done = true;
  });
  std::uint64_t accepted = 0;
  for (; !done; ++parses) {
    const auto layout = parse_region(memory.span());
    if (!layout) {
      EXPECT_EQ(layout.error().code, ErrorCode::NotReady) << layout.error().what;
      continue;
    }
    ++accepted;
    RegionLayout expected = layouts[layout->session % 2];
    expected.session = layout->session;
    EXPECT_EQ(*layout, expected);
  }
  writer.join();
  EXPECT_GE(accepted, kLives / 16);
}

}  // namespace
}  // namespace pierglass::wire::test
