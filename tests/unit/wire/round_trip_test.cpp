// SPDX-License-Identifier: GPL-2.0-or-later
// parse(build(x)) == x for every kind of value, over values drawn at random.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/unit/wire/random_records.hpp"
#include "tests/unit/wire/region_fixture.hpp"

namespace pierglass::wire::test {
namespace {

class RoundTrip : public testing::Test {
 protected:
  RoundTrip() {
    // Set PIERGLASS_TEST_SEED to what a failing run printed.
    const char* given = std::getenv("PIERGLASS_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
    std::printf("PIERGLASS_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
  }
  Random random_;
};

TEST_F(RoundTrip, ARegionReadsBackAsItWasPlanned) {
  for (int i = 0; i < 50; ++i) {
    const RegionSpec spec = random_spec(random_);
    const Size size{draw32(random_, 640, 2560), draw32(random_, 480, 1440)};
    const std::uint64_t bytes =
        region_bytes_for(spec, size, PixelFormat::Xrgb8888) + draw(random_, 0, 1 << 20);
    auto planned = plan_region(bytes, spec);
    ASSERT_TRUE(planned);
    ASSERT_GE(planned->slot_bytes, slot_bytes_for(size, PixelFormat::Xrgb8888));
    planned->session = draw(random_, 1, ~0ULL);
    planned->features = random_();
    const PageMemory memory(bytes);
    write_region(memory.span(), *planned);
    ASSERT_EQ(parse_region(memory.span()).error().code, ErrorCode::NotReady);
    std::memcpy(memory.span().data() + offsetof(RawHeader, session), &planned->session, 8);
    ASSERT_EQ(parse_region(memory.span()), *planned);
  }
}

TEST_F(RoundTrip, AFrameReadsBackAsItWasWritten) {
  alignas(64) RawFrameRecord record{};
  const auto bytes = std::as_writable_bytes(std::span(&record, 1));
  for (int i = 0; i < 5'000; ++i) {
    std::memset(&record, static_cast<int>(random_() & 0xff), sizeof record);
    const FrameRecord frame = random_frame(random_);
    write_frame(bytes, frame);
    record.sequence = frame.info.sequence;
    const auto parsed = parse_frame(bytes, frame.info.sequence, frame.info.bytes());
    ASSERT_TRUE(parsed) << parsed.error().what;
    ASSERT_TRUE(same_frame(*parsed, frame));
  }
}

TEST_F(RoundTrip, AShapeReadsBackAsItWasWritten) {
  alignas(64) RawShape raw{};
  const auto bytes = std::as_writable_bytes(std::span(&raw, 1));
  for (int i = 0; i < 5'000; ++i) {
    std::memset(&raw, static_cast<int>(random_() & 0xff), sizeof raw);
    const ShapeInfo shape = random_shape(random_);
    raw.sequence = shape.sequence;
    write_shape(bytes, shape);
    ASSERT_EQ(raw.sequence, shape.sequence);
    const auto parsed = parse_shape(bytes, shape.sequence, shape.bytes());
    ASSERT_TRUE(parsed) << parsed.error().what;
    ASSERT_EQ(*parsed, shape);
  }
}

TEST_F(RoundTrip, AControlMessageReadsBackAsItWasMade) {
  for (int i = 0; i < 5'000; ++i) {
    const ControlMessage message = random_message(random_);
    const RawControl raw = make_control(message);
    const auto parsed = parse_control(std::as_bytes(std::span(&raw, 1)));
    ASSERT_TRUE(parsed) << parsed.error().what;
    ASSERT_EQ(*parsed, message);
  }
}

}  // namespace
}  // namespace pierglass::wire::test
