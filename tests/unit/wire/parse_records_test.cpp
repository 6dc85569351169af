// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <thread>

#include "tests/unit/wire/random_records.hpp"
#include "tests/unit/wire/region_fixture.hpp"

namespace pierglass::wire::test {
namespace {

constexpr std::uint64_t kSequence = 41;
constexpr Size kSize{100, 50};
constexpr std::uint32_t kPitch = 512;
constexpr std::uint64_t kSlotBytes = std::uint64_t{kPitch} * 50;

struct alignas(64) Record : RawFrameRecord {
  Record() : RawFrameRecord{} {
    FrameRecord frame;
    frame.info.sequence = kSequence;
    frame.info.size = kSize;
    frame.info.pitch = kPitch;
    frame.damage_floor = 30;
    frame.damage_count = 2;
    frame.damage[0] = {.rect = {0, 0, 100, 50}, .age = 0};
    frame.damage[1] = {.rect = {99, 49, 1, 1}, .age = 41};
    write_frame(bytes(), frame);
    sequence = kSequence;
  }
  std::span<std::byte> bytes() {
    return std::as_writable_bytes(std::span(static_cast<RawFrameRecord*>(this), 1));
  }
  Result<FrameRecord> parse() { return parse_frame(bytes(), kSequence, kSlotBytes); }
};

struct FrameBend {
  const char* name;
  std::function<void(Record&)> apply;
  std::optional<ErrorCode> code;  // nothing: must be accepted
};

TEST(ParseFrame, HoldsEachFieldToItsRange) {
  constexpr auto kMax32 = std::numeric_limits<std::uint32_t>::max();
  const FrameBend table[] = {
      {"as it was", [](auto&) {}, {}},
      {"slot emptied", [](auto& r) { r.sequence = 0; }, ErrorCode::Stale},
      {"slot reused", [](auto& r) { r.sequence += 1; }, ErrorCode::Stale},
      {"info of another frame", [](auto& r) { r.info.sequence += 1; }, ErrorCode::Stale},
      {"unknown format", [](auto& r) { r.info.fourcc += 1; }, ErrorCode::Corrupt},
      {"width 0", [](auto& r) { r.info.width = r.info.damage_count = 0; }, ErrorCode::Corrupt},
      {"height 0", [](auto& r) { r.info.height = r.info.damage_count = 0; }, ErrorCode::Corrupt},
      {"width at the limit of the pitch", [](auto& r) { r.info.width = 128; }, {}},
      {"width past the pitch", [](auto& r) { r.info.width = 129; }, ErrorCode::Corrupt},
      {"width past the limit", [](auto& r) { r.info.width = kMaxDimension + 1; },
       ErrorCode::Corrupt},
      {"width that wraps", [](auto& r) { r.info.width = 0x40000001; }, ErrorCode::Corrupt},
      {"height past the limit", [](auto& r) { r.info.height = kMaxDimension + 1; },
       ErrorCode::Corrupt},
      {"height past the slot", [](auto& r) { r.info.height = 51; }, ErrorCode::Corrupt},
      {"height that wraps", [](auto& r) { r.info.height = 0x80000000; }, ErrorCode::Corrupt},
      {"wide format in a narrow pitch",
       [](auto& r) { r.info.fourcc = std::uint32_t(PixelFormat::Xbgr16161616f); },
       ErrorCode::Corrupt},
      {"pitch 0", [](auto& r) { r.info.pitch = 0; }, ErrorCode::Corrupt},
      {"pitch off 256", [](auto& r) { r.info.pitch -= 4; }, ErrorCode::Corrupt},
      {"pitch past the slot", [](auto& r) { r.info.pitch += 256; }, ErrorCode::Corrupt},
      {"picture whose bytes wrap to 0", [](auto& r) { r.info.pitch = 0x80000000; },
       ErrorCode::Corrupt},
      {"pitch that wraps", [](auto& r) { r.info.pitch = 0xffffff00; }, ErrorCode::Corrupt},
      {"largest rotation", [](auto& r) { r.info.rotation = 3; }, {}},
      {"unknown rotation", [](auto& r) { r.info.rotation = 4; }, ErrorCode::Corrupt},
      {"largest colour space", [](auto& r) { r.info.colour_space = 3; }, {}},
      {"colour space 0", [](auto& r) { r.info.colour_space = 0; }, ErrorCode::Corrupt},
      {"unknown colour space", [](auto& r) { r.info.colour_space = 4; }, ErrorCode::Corrupt},
      {"unknown flags", [](auto& r) { r.info.flags = kMax32; }, {}},
      {"floor at the frame", [](auto& r) { r.info.damage_floor = kSequence; }, {}},
      {"floor past the frame", [](auto& r) { r.info.damage_floor = kSequence + 1; },
       ErrorCode::Corrupt},
      {"no damage", [](auto& r) { r.info.damage_count = 0; }, {}},
      {"third rectangle is empty", [](auto& r) { r.info.damage_count = 3; }, ErrorCode::Corrupt},
      {"too many rectangles", [](auto& r) { r.info.damage_count = kMaxDamageRects + 1; },
       ErrorCode::Corrupt},
      {"absurdly many rectangles", [](auto& r) { r.info.damage_count = kMax32; },
       ErrorCode::Corrupt},
      {"rectangle without width", [](auto& r) { r.damage[1].width = 0; }, ErrorCode::Corrupt},
      {"rectangle without height", [](auto& r) { r.damage[1].height = 0; }, ErrorCode::Corrupt},
      {"rectangle past the right edge", [](auto& r) { r.damage[1].width = 2; }, ErrorCode::Corrupt},
      {"rectangle past the bottom", [](auto& r) { r.damage[1].height = 2; }, ErrorCode::Corrupt},
      {"rectangle outside", [](auto& r) { r.damage[1].x = 65535; }, ErrorCode::Corrupt},
      {"rectangle below", [](auto& r) { r.damage[1].y = 65535; }, ErrorCode::Corrupt},
      {"age before the first frame", [](auto& r) { r.damage[1].age = 42; }, ErrorCode::Corrupt},
      {"nonsense past the counted rectangles", [](auto& r) { r.damage[2].width = 65535; }, {}},
      {"bytes in reserved fields", [](auto& r) { r.info.reserved[0] = kMax32; }, {}},
  };
  for (const auto& [name, apply, code] : table) {
    SCOPED_TRACE(name);
    Record record;
    apply(record);
    const auto frame = record.parse();
    EXPECT_EQ(frame.has_value(), !code.has_value());
    if (!frame && code) {
      EXPECT_EQ(frame.error().code, *code);
    }
  }
}

TEST(ParseFrame, SequenceZeroNamesNothing) {
  Record record;
  record.sequence = 0;
  record.info.sequence = 0;
  EXPECT_EQ(parse_frame(record.bytes(), 0, kSlotBytes).error().code, ErrorCode::Stale);
}

TEST(ParseFrame, ThePictureMayFillTheSlotExactly) {
  Record record;
  EXPECT_TRUE(parse_frame(record.bytes(), kSequence, kSlotBytes));
  EXPECT_FALSE(parse_frame(record.bytes(), kSequence, kSlotBytes - 1));
}

TEST(ParseFrame, DamageReachesBackToItsFloorOnly) {
  Record record;
  const auto frame = record.parse();
  ASSERT_TRUE(frame);
  EXPECT_FALSE(frame->damage_covers_since(0));
  EXPECT_FALSE(frame->damage_covers_since(29));
  EXPECT_TRUE(frame->damage_covers_since(30));
  EXPECT_TRUE(frame->damage_covers_since(41));
  EXPECT_FALSE(frame->damage_covers_since(42));
}

// A frame whose every field follows from its sequence.
FrameRecord derived_frame(std::uint64_t sequence) {
  const auto side = static_cast<std::uint32_t>(1 + sequence % 60);
  FrameRecord frame;
  frame.info.sequence = sequence;
  frame.info.size = {side, side};
  frame.info.pitch = 256;
  frame.info.capture_ns = side;
  frame.damage_count = side;
  for (std::uint32_t i = 0; i < side; ++i) {
    frame.damage[i] = {.rect = {0, 0, side, 1}, .age = i % static_cast<std::uint32_t>(sequence)};
  }
  return frame;
}

// A guest which rewrites the slot all the time: what is accepted belongs to one frame.
TEST(ParseFrame, ARecordRewrittenMeanwhileNeverGivesAMixture) {
  constexpr std::uint64_t kFrames = 1000;
  Record record;
  record.sequence = 0;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> parses{0};
  std::thread writer([&] {
    std::atomic_ref<std::uint64_t> word(record.sequence);
    for (std::uint64_t sequence = 1; sequence <= kFrames; ++sequence) {
      word.store(0, std::memory_order_relaxed);
      write_frame(record.bytes(), derived_frame(sequence));
      word.store(sequence, std::memory_order_release);
      const auto until = parses + (sequence % 16 == 0 ? 2 : 0);
      while (parses < until) std::this_thread::yield();
    }
    done = true;
  });
  std::uint64_t accepted = 0;
  for (; !done; ++parses) {
    const std::uint64_t sequence = std::atomic_ref(record.sequence).load(std::memory_order_acquire);
    const auto frame = parse_frame(record.bytes(), sequence, 256 * 60);
    if (!frame) {
      EXPECT_EQ(frame.error().code, ErrorCode::Stale) << frame.error().what;
      continue;
    }
    ++accepted;
    EXPECT_TRUE(same_frame(*frame, derived_frame(sequence))) << sequence;
  }
  writer.join();
  EXPECT_GE(accepted, kFrames / 16);
}

struct alignas(64) Shape : RawShape {
  Shape(CursorType kind, Size size, std::uint32_t row_bytes) : RawShape{} {
    sequence = kSequence;
    write_shape(bytes(), {.sequence = kSequence,
                          .type = kind,
                          .size = size,
                          .pitch = row_bytes,
                          .hot = {.x = 1, .y = 2}});
  }
  std::span<std::byte> bytes() {
    return std::as_writable_bytes(std::span(static_cast<RawShape*>(this), 1));
  }
};

struct ShapeBend {
  const char* name;
  std::function<void(Shape&)> apply;
  std::optional<ErrorCode> code;
};

TEST(ParseShape, HoldsEachFieldToItsRange) {
  const ShapeBend table[] = {
      {"as it was", [](auto&) {}, {}},
      {"slot emptied", [](auto& s) { s.sequence = 0; }, ErrorCode::Stale},
      {"slot reused", [](auto& s) { s.sequence = 42; }, ErrorCode::Stale},
      {"type 0", [](auto& s) { s.type = 0; }, ErrorCode::Corrupt},
      {"unknown type", [](auto& s) { s.type = 4; }, ErrorCode::Corrupt},
      {"masked colour", [](auto& s) { s.type = 3; }, {}},
      {"monochrome in twice the bytes", [](auto& s) { s.type = 2; }, ErrorCode::Corrupt},
      {"width 0", [](auto& s) { s.width = 0; }, ErrorCode::Corrupt},
      {"width past the pitch", [](auto& s) { s.width = 33; }, ErrorCode::Corrupt},
      {"width past the limit", [](auto& s) { s.width = kMaxCursorSide + 1; }, ErrorCode::Corrupt},
      {"width that wraps", [](auto& s) { s.width = 0x40000001; }, ErrorCode::Corrupt},
      {"height 0", [](auto& s) { s.height = 0; }, ErrorCode::Corrupt},
      {"height past the image", [](auto& s) { s.height = 33; }, ErrorCode::Corrupt},
      {"height past the limit", [](auto& s) { s.height = kMaxCursorSide + 1; }, ErrorCode::Corrupt},
      {"pitch too narrow", [](auto& s) { s.pitch = 124; }, ErrorCode::Corrupt},
      {"pitch past the image", [](auto& s) { s.pitch = 132; }, ErrorCode::Corrupt},
      {"pitch that wraps", [](auto& s) { s.pitch = 0x80000000; }, ErrorCode::Corrupt},
      {"pitch of broken pixels",
       [](auto& s) {
         s.height = 16;
         s.pitch = 130;
       },
       ErrorCode::Corrupt},
      {"hot spot in the last corner",
       [](auto& s) {
         s.hot_x = 31;
         s.hot_y = 31;
       },
       {}},
      {"hot spot right of the picture", [](auto& s) { s.hot_x = 32; }, ErrorCode::Corrupt},
      {"hot spot below the picture", [](auto& s) { s.hot_y = 32; }, ErrorCode::Corrupt},
      {"hot spot left of the picture", [](auto& s) { s.hot_x = -1; }, ErrorCode::Corrupt},
      {"hot spot above the picture", [](auto& s) { s.hot_y = -1; }, ErrorCode::Corrupt},
  };
  for (const auto& [name, apply, code] : table) {
    SCOPED_TRACE(name);
    Shape shape(CursorType::Colour, {32, 32}, 128);
    apply(shape);
    const auto info = parse_shape(shape.bytes(), kSequence, 128 * 32);
    EXPECT_EQ(info.has_value(), !code.has_value());
    if (!info && code) {
      EXPECT_EQ(info.error().code, *code);
    }
  }
}

TEST(ParseShape, MonochromeNeedsBothPlanesAndAnyPitch) {
  Shape shape(CursorType::Monochrome, {33, 48}, 5);
  EXPECT_TRUE(parse_shape(shape.bytes(), kSequence, 5 * 48 * 2));
  EXPECT_FALSE(parse_shape(shape.bytes(), kSequence, 5 * 48 * 2 - 1));
  shape.pitch = 4;
  EXPECT_FALSE(parse_shape(shape.bytes(), kSequence, 5 * 48 * 2));
}

TEST(ParseShape, TheLargestShapeFitsTheLargestSlot) {
  Shape shape(CursorType::Colour, {kMaxCursorSide, kMaxCursorSide}, kMaxCursorSide * 4);
  const auto info = parse_shape(shape.bytes(), kSequence, kMaxShapeBytes);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->bytes(), kMaxShapeBytes);
}

struct ControlCase {
  const char* name;
  RawControl raw;
  bool accepted;
};

constexpr RawControl control(std::uint32_t type, std::int32_t a, std::int32_t b, std::uint32_t c) {
  return {.type = type, .a = a, .b = b, .c = c, .reserved = {}};
}

TEST(ParseControl, HoldsEachArgumentToItsRange) {
  constexpr auto kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kSide = kMaxDimension;
  const ControlCase table[] = {
      {"origin", control(1, 0, 0, 0), true},
      {"far corner", control(1, kSide - 1, kSide - 1, 0), true},
      {"left of the frame", control(1, -1, 0, 0), false},
      {"above the frame", control(1, 0, kLow, 0), false},
      {"past any frame", control(1, kSide, 0, 0), false},
      {"below any frame", control(1, 0, kSide, 0), false},
      {"smallest mode", control(2, 1, 1, 0), true},
      {"largest mode", control(2, kSide, kSide, kMaxMillihertz), true},
      {"no width", control(2, 0, 1, 0), false},
      {"no height", control(2, 1, 0, 0), false},
      {"negative width", control(2, -1, 1, 0), false},
      {"too wide", control(2, kSide + 1, 1, 0), false},
      {"too high", control(2, 1, kSide + 1, 0), false},
      {"too fast", control(2, 1, 1, kMaxMillihertz + 1), false},
      {"stop", control(3, 0, 0, 0), true},
      {"resume", control(3, 1, 0, 0), true},
      {"neither", control(3, 2, 0, 0), false},
      {"negative", control(3, -1, 0, 0), false},
  };
  for (const auto& [name, raw, accepted] : table) {
    SCOPED_TRACE(name);
    const auto message = parse_control(std::as_bytes(std::span(&raw, 1)));
    EXPECT_EQ(message.has_value(), accepted);
    if (message) {
      EXPECT_TRUE(message->has_value());
    }
    if (!message) {
      EXPECT_EQ(message.error().code, ErrorCode::Corrupt);
    }
  }
}

TEST(ParseControl, UnknownTypesAreNothingRatherThanAnError) {
  for (const std::uint32_t type : {0U, 4U, 0xffffffffU}) {
    const RawControl raw = control(type, -1, -1, ~0U);
    const auto message = parse_control(std::as_bytes(std::span(&raw, 1)));
    ASSERT_TRUE(message);
    EXPECT_FALSE(message->has_value());
  }
}

}  // namespace
}  // namespace pierglass::wire::test
