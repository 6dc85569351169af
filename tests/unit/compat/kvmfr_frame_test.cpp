// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_frame.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace pierglass::compat {
namespace {

constexpr std::uint32_t kMax = 0xffff'ffff;
constexpr std::uint32_t kOffset = 4092;
constexpr std::uint32_t kPayload = 64 * 1024;
constexpr Size kSize{100, 50};
constexpr std::uint32_t kPitch = 512;

enum Field : std::uint32_t {
  kFormatVersion = 0,
  kSerial = 4,
  kType = 8,
  kScreenWidth = 12,
  kScreenHeight = 16,
  kDataWidth = 20,
  kDataHeight = 24,
  kFrameWidth = 28,
  kFrameHeight = 32,
  kRotation = 36,
  kStride = 40,
  kPitchField = 44,
  kOffsetField = 48,
};

// Byte offsets that the two versions have in different places.
struct Places {
  const Dialect* dialect;
  std::uint32_t bytes;
  std::uint32_t flags;
  std::uint32_t count;
  std::uint32_t rects;
};
const Places kOld{&kReleaseB7, 1084, 1080, 52, 56};
const Places kNew{&kKvmfr34, 1216, 52, 56, 192};

// A frame message with one field after the other bent.
class Frame : public testing::TestWithParam<const Places*> {
 public:
  Frame() {
    set(kFormatVersion, 7).set(kSerial, 41).set(kType, 1);
    set(kScreenWidth, kSize.width).set(kScreenHeight, kSize.height);
    set(kDataWidth, kSize.width).set(kDataHeight, kSize.height);
    set(kFrameWidth, kSize.width).set(kFrameHeight, kSize.height);
    set(kRotation, 0).set(kStride, kPitch / 4).set(kPitchField, kPitch);
    set(kOffsetField, kOffset);
    set(places().count, 0).set(places().flags, 0);
  }

  static const Places& places() { return *GetParam(); }

  Frame& set(std::uint32_t at, std::uint32_t value) {
    std::memcpy(payload_.get() + at, &value, sizeof value);
    return *this;
  }
  Frame& set16(std::uint32_t at, std::uint16_t value) {
    std::memcpy(payload_.get() + at, &value, sizeof value);
    return *this;
  }
  Frame& flags(std::uint32_t value) { return set(places().flags, value); }
  Frame& rect(std::uint32_t i, const Rect& r) {
    const std::uint32_t at = places().rects + 16 * i;
    return set(at, r.x).set(at + 4, r.y).set(at + 8, r.width).set(at + 12, r.height);
  }

  [[nodiscard]] Result<KvmfrFrame> parse(std::size_t bytes = kPayload) const {
    return parse_kvmfr_frame({payload_.get(), bytes}, places().dialect->kvmfr.frame);
  }
  [[nodiscard]] bool accepted() const { return parse().has_value(); }
  [[nodiscard]] ErrorCode refused(std::size_t bytes = kPayload) const {
    const auto frame = parse(bytes);
    return frame ? ErrorCode::OsCall : frame.error().code;
  }
  [[nodiscard]] std::vector<Rect> damage() const {
    const auto frame = parse();
    if (!frame) return {};
    return {frame->damage.begin(), frame->damage.begin() + frame->damage_count};
  }

  std::unique_ptr<std::byte[]> payload_ = std::make_unique<std::byte[]>(kPayload);
};

INSTANTIATE_TEST_SUITE_P(Dialects, Frame, testing::Values(&kOld, &kNew),
                         [](const auto& i) { return i.param == &kOld ? "Kvmfr20" : "Kvmfr34"; });

TEST_P(Frame, TheTableHasTheReferencesPlaces) {
  const KvmfrFrameLayout& layout = places().dialect->kvmfr.frame;
  EXPECT_EQ(layout.bytes, places().bytes);
  EXPECT_EQ(layout.flags, places().flags);
  EXPECT_EQ(layout.damage_count, places().count);
  EXPECT_EQ(layout.damage, places().rects);
}

TEST_P(Frame, APlainPictureIsTakenAsItIs) {
  const auto frame = parse();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->format_version, 7u);
  EXPECT_EQ(frame->serial, 41u);
  EXPECT_EQ(frame->size, kSize);
  EXPECT_EQ(frame->wanted, kSize);
  EXPECT_EQ(frame->screen, kSize);
  EXPECT_EQ(frame->format, wire::PixelFormat::Xrgb8888);
  EXPECT_EQ(frame->colour, pixel::Colour{});
  EXPECT_EQ(frame->rotation, wire::Rotation::None);
  EXPECT_EQ(frame->pitch, kPitch);
  EXPECT_EQ(frame->write_position, kOffset);
  EXPECT_EQ(frame->pixels, kOffset + 4);
  EXPECT_EQ(frame->damage_count, 0u);
  EXPECT_FALSE(frame->truncated);
  EXPECT_FALSE(frame->keep_screen_on);
  EXPECT_FALSE(frame->wants_attention);
}

TEST_P(Frame, EveryTypeOfPixelHasItsFormat) {
  const auto format = [&](std::uint32_t type) {
    const auto frame = set(kType, type).set(kPitchField, 1024).parse();
    return frame ? frame->format : wire::PixelFormat{};
  };
  EXPECT_EQ(format(1), wire::PixelFormat::Xrgb8888);
  EXPECT_EQ(format(2), wire::PixelFormat::Xbgr8888);
  EXPECT_EQ(format(3), wire::PixelFormat::Xbgr2101010);
  EXPECT_EQ(format(4), wire::PixelFormat::Xbgr16161616f);
  EXPECT_EQ(format(5), wire::PixelFormat::Rgb888);
  EXPECT_EQ(format(6), wire::PixelFormat::Bgr888);
  for (const std::uint32_t type : {0u, 7u, 0x100u, kMax}) {
    EXPECT_FALSE(set(kType, type).accepted()) << type;
  }
}

TEST_P(Frame, SidesAreBetweenOneAnd16384) {
  for (const std::uint32_t value : {0u, 16385u, 0x8000'0000u, kMax}) {
    EXPECT_FALSE(set(kFrameWidth, value).accepted()) << value;
    set(kFrameWidth, kSize.width);
    EXPECT_FALSE(set(kFrameHeight, value).accepted()) << value;
    set(kFrameHeight, kSize.height);
    for (const std::uint32_t field : {kDataWidth, kDataHeight, kScreenWidth, kScreenHeight}) {
      EXPECT_EQ(set(field, value).accepted(), value == 0) << field << ' ' << value;
      set(field, 50);
    }
  }
  EXPECT_TRUE(set(kScreenWidth, 16384).set(kScreenHeight, 16384).accepted());
  EXPECT_TRUE(set(kFrameWidth, 1).set(kFrameHeight, 1).accepted());
}

TEST_P(Frame, StoredAndScreenSizesOfZeroAreTheFrames) {
  set(kDataWidth, 0).set(kDataHeight, 0).set(kScreenWidth, 0).set(kScreenHeight, 0);
  const auto frame = set(kStride, kPitch).parse();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->size, kSize);
  EXPECT_EQ(frame->screen, kSize);
}

TEST_P(Frame, ARowFitsThePitchAndThePitchIsWholeWords) {
  EXPECT_TRUE(set(kPitchField, 400).accepted());
  for (const std::uint32_t value : {0u, 396u, 401u, 402u, 403u}) {
    EXPECT_FALSE(set(kPitchField, value).accepted()) << value;
  }
  set(kPitchField, 400);
  EXPECT_FALSE(set(kDataWidth, 101).accepted());
  EXPECT_TRUE(set(kDataWidth, 60).accepted());
  set(kDataWidth, 100).set(kType, 4);
  EXPECT_TRUE(set(kPitchField, 800).accepted());
  EXPECT_FALSE(set(kPitchField, 796).accepted());
  EXPECT_FALSE(set(kPitchField, 804).accepted()) << "not whole pixels of eight bytes";
}

TEST_P(Frame, PackedPixelsNeedThreeBytesEach) {
  // 100 pixels are 75 texels of a four-byte texture, which hosts round up to 128.
  set(kType, 5).set(kDataWidth, 128);
  EXPECT_TRUE(accepted());
  EXPECT_FALSE(set(kPitchField, 508).accepted());
  set(kDataWidth, 75);
  EXPECT_TRUE(set(kPitchField, 300).accepted());
  EXPECT_FALSE(set(kPitchField, 296).accepted());
  EXPECT_FALSE(set(kType, 6).set(kDataWidth, 100).accepted());
  EXPECT_TRUE(set(kPitchField, 300).accepted());
}

TEST_P(Frame, ThePixelsLieBehindTheHeaderAndInsideThePayload) {
  const std::uint32_t header = places().bytes;
  EXPECT_TRUE(set(kOffsetField, header).accepted());
  for (const std::uint32_t value : {0u, header - 4, header + 1, header + 2, header + 3, kMax,
                                    kMax - 3, kPayload, kPayload - 4, kPayload - kPitch}) {
    EXPECT_FALSE(set(kOffsetField, value).accepted()) << value;
  }
  EXPECT_TRUE(set(kOffsetField, kPayload - 4 - kPitch).accepted());
}

TEST_P(Frame, RowsThatDoNotFitAreCut) {
  const auto frame = set(kOffsetField, kPayload - 4 - 3 * kPitch).parse();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->size, (Size{kSize.width, 3}));
  EXPECT_EQ(frame->wanted, kSize);
  EXPECT_TRUE(frame->truncated);
  const auto exact = set(kOffsetField, kPayload - 4 - kSize.height * kPitch).parse();
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->size, kSize);
  EXPECT_FALSE(exact->truncated);
}

TEST_P(Frame, APictureWithAHugePitchIsCutToo) {
  const auto frame = set(kPitchField, kPayload - kOffset - 4).parse();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->size.height, 1u);
  EXPECT_FALSE(set(kPitchField, kPayload - kOffset).accepted());
  EXPECT_FALSE(set(kPitchField, 0xffff'fffc).accepted());
}

TEST_P(Frame, TruncatedPicturesHaveTheRowsThatAreStored) {
  const auto frame = set(kDataHeight, 20).flags(0x04).parse();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->truncated);
  EXPECT_EQ(frame->size, (Size{kSize.width, 20}));
  EXPECT_EQ(frame->wanted, kSize);
  // More rows than the picture has are not shown.
  EXPECT_EQ(set(kDataHeight, 60).flags(0).parse()->size, kSize);
}

TEST_P(Frame, ShortMessagesAreRefused) {
  EXPECT_EQ(refused(0), ErrorCode::Corrupt);
  EXPECT_EQ(refused(places().bytes - 1), ErrorCode::Corrupt);
  EXPECT_EQ(refused(places().bytes), ErrorCode::Corrupt);
  EXPECT_EQ(refused(kOffset + 4), ErrorCode::Corrupt);
  EXPECT_EQ(refused(kOffset + 4 + kPitch - 1), ErrorCode::Corrupt);
  EXPECT_TRUE(parse(kOffset + 4 + kPitch));
}

TEST_P(Frame, AMessageOffTheWordsIsRefused) {
  std::memmove(payload_.get() + 2, payload_.get(), kPayload - 2);
  const std::span<const std::byte> moved(payload_.get() + 2, kPayload - 2);
  EXPECT_FALSE(parse_kvmfr_frame(moved, places().dialect->kvmfr.frame));
}

TEST_P(Frame, RotationIsTheTurnBack) {
  const auto rotation = [&](std::uint32_t r) { return set(kRotation, r).parse()->rotation; };
  EXPECT_EQ(rotation(0), wire::Rotation::None);
  EXPECT_EQ(rotation(1), wire::Rotation::Turn270);
  EXPECT_EQ(rotation(2), wire::Rotation::Turn180);
  EXPECT_EQ(rotation(3), wire::Rotation::Turn90);
  EXPECT_FALSE(set(kRotation, 4).accepted());
  EXPECT_FALSE(set(kRotation, kMax).accepted());
}

TEST_P(Frame, DamageIsClippedAndEmptyOnesAreDropped) {
  set(places().count, 5);
  rect(0, {1, 2, 3, 4}).rect(1, {90, 40, 20, 20}).rect(2, {5, 5, 0, 9});
  rect(3, {kMax, kMax, kMax, kMax}).rect(4, {10, 0, kMax, kMax});
  EXPECT_EQ(damage(), (std::vector<Rect>{{1, 2, 3, 4}, {90, 40, 10, 10}, {10, 0, 90, 50}}));
}

TEST_P(Frame, DamageOutsideThePictureOnlyMeansAllOfIt) {
  rect(0, {kSize.width, 0, 5, 5}).set(places().count, 1);
  ASSERT_TRUE(accepted());
  EXPECT_TRUE(damage().empty());
}

TEST_P(Frame, AtMost64RectanglesAreBelieved) {
  for (std::uint32_t i = 0; i < 64; ++i) rect(i, {i, 0, 1, 1});
  set(places().count, 64);
  EXPECT_EQ(damage().size(), 64u);
  EXPECT_FALSE(set(places().count, 65).accepted());
  EXPECT_FALSE(set(places().count, kMax).accepted());
}

TEST_P(Frame, WishesComeFromTheFlags) {
  EXPECT_TRUE(flags(0x01).parse()->keep_screen_on);
  EXPECT_FALSE(flags(0x01).parse()->wants_attention);
  EXPECT_TRUE(flags(0x02).parse()->wants_attention);
  const auto unknown = flags(0xffff'ffc0).parse();
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->keep_screen_on || unknown->truncated);
}

TEST_P(Frame, WithoutTheHdrFlagColoursAreSrgbButForHalfFloats) {
  for (const std::uint32_t type : {1u, 2u, 3u, 5u, 6u}) {
    EXPECT_EQ(set(kType, type).flags(0x10).parse()->colour, pixel::Colour{}) << type;
  }
  set(kPitchField, 1024);
  EXPECT_EQ(set(kType, 4).flags(0).parse()->colour.space, wire::ColourSpace::ScrgbLinear);
}

TEST_P(Frame, LinearColoursHaveWhiteAtOne) {
  pixel::Colour linear{wire::ColourSpace::ScrgbLinear, 80'000};
  EXPECT_EQ(set(kType, 3).flags(0x08).parse()->colour, linear) << "nothing is above white";
  linear.compress = true;
  set(kPitchField, 1024);
  EXPECT_EQ(set(kType, 4).flags(0x08).parse()->colour, linear);
}

TEST_P(Frame, RowsCountOnlyWhenComplete) {
  const KvmfrFrame frame = parse().value();
  EXPECT_EQ(rows_written(frame, 0), 0u);
  EXPECT_EQ(rows_written(frame, kPitch - 1), 0u);
  EXPECT_EQ(rows_written(frame, kPitch), 1u);
  EXPECT_EQ(rows_written(frame, 50 * kPitch - 1), 49u);
  EXPECT_EQ(rows_written(frame, 50 * kPitch), 50u);
  EXPECT_EQ(rows_written(frame, kMax), 50u);
}

TEST_P(Frame, TheMemoryNeededIsAPowerOfTwo) {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  KvmfrFrame frame;
  frame.wanted = {1920, 1080};
  EXPECT_EQ(memory_needed(frame), 32 * kMiB);
  frame.wanted = {2560, 1440};
  EXPECT_EQ(memory_needed(frame), 64 * kMiB);
  frame.wanted = {3840, 2160};
  EXPECT_EQ(memory_needed(frame), 128 * kMiB);
  frame.format = wire::PixelFormat::Xbgr16161616f;
  EXPECT_EQ(memory_needed(frame), 256 * kMiB);
  frame.wanted = {16384, 16384};
  EXPECT_EQ(memory_needed(frame), 8192 * kMiB);
}

class Kvmfr20Frame : public Frame {};
class Kvmfr34Frame : public Frame {};

INSTANTIATE_TEST_SUITE_P(Old, Kvmfr20Frame, testing::Values(&kOld));
INSTANTIATE_TEST_SUITE_P(New, Kvmfr34Frame, testing::Values(&kNew));

TEST_P(Kvmfr20Frame, PqHasTheUsualWhiteAndNoMetadata) {
  const auto frame = set(kType, 3).flags(0x38).parse();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->colour, (pixel::Colour{wire::ColourSpace::Bt2020Pq, 203'000, true}));
  EXPECT_EQ(frame->hdr, wire::HdrMetadata{});
}

TEST_P(Kvmfr34Frame, PqHasTheWhiteThatIsTold) {
  set(kType, 3).flags(0x18);
  const auto white = [&](std::uint32_t nits) {
    return set(60, nits).parse()->colour.white_millinits;
  };
  EXPECT_EQ(white(0), 203'000u);
  EXPECT_EQ(white(1), 1'000u);
  EXPECT_EQ(white(250), 250'000u);
  EXPECT_EQ(white(10'001), 10'000'000u);
  EXPECT_EQ(white(kMax), 10'000'000u);
}

TEST_P(Kvmfr34Frame, MetadataIsReadWhenFlagged) {
  for (std::uint16_t i = 0; i < 8; ++i) set16(128 + 2u * i, static_cast<std::uint16_t>(100 + i));
  set(144, 1000).set(148, 50).set(152, 900).set(156, 70'000).flags(0x18);
  EXPECT_EQ(parse()->hdr, wire::HdrMetadata{});
  const wire::HdrMetadata hdr = flags(0x38).parse()->hdr;
  EXPECT_EQ(hdr.primaries, (std::array<std::uint16_t, 8>{100, 101, 102, 103, 104, 105, 106, 107}));
  EXPECT_EQ(hdr.max_luminance, 10'000'000u);
  EXPECT_EQ(hdr.min_luminance, 50u);
  EXPECT_EQ(hdr.max_content_light, 900u);
  EXPECT_EQ(hdr.max_frame_avg_light, 0xffffu);
  EXPECT_EQ(set(144, kMax).parse()->hdr.max_luminance, kMax);
}

}  // namespace
}  // namespace pierglass::compat
