// SPDX-License-Identifier: GPL-2.0-or-later
// The guest rewrites memory in the middle of a parse, at a chosen access: a page is made
// unreadable, and the fault handler plays the guest's part before the parse goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <span>

#include "wire/build.hpp"
#include "wire/parse.hpp"

namespace pierglass::wire::test {
namespace {

constexpr std::size_t kPage = 4096;

class Interference : public testing::Test {
 protected:
  void SetUp() override {
    void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    memory_ = {static_cast<std::byte*>(memory), kBytes};
    current_ = this;
    struct sigaction action{};
    action.sa_handler = &on_fault;
    ASSERT_EQ(sigaction(SIGSEGV, &action, &before_), 0);
  }
  void TearDown() override {
    sigaction(SIGSEGV, &before_, nullptr);
    munmap(memory_.data(), memory_.size());
  }

  // Runs `guest` when the page at `offset` is next touched.
  void on_touch(std::uint64_t offset, std::function<void()> guest) {
    guest_ = std::move(guest);
    touched_ = false;
    ASSERT_EQ(mprotect(memory_.data() + offset, kPage, PROT_NONE), 0);
  }

  // What the guest does in the middle; publishes `session` when it is not 0.
  void lay_out(const RegionSpec& spec, std::uint64_t session) {
    layout_ = *plan_region(kBytes, spec);
    layout_.session = session;
    write_region(memory_, layout_);
    std::memcpy(memory_.data() + offsetof(RawHeader, session), &session, sizeof session);
  }

  static constexpr std::size_t kBytes = std::size_t{32} << 20;
  std::span<std::byte> memory_;
  RegionLayout layout_{};
  bool touched_ = false;

 private:
  static void on_fault(int) {
    mprotect(current_->memory_.data(), kBytes, PROT_READ | PROT_WRITE);
    current_->touched_ = true;
    current_->guest_();
  }

  static inline Interference* current_ = nullptr;
  std::function<void()> guest_;
  struct sigaction before_{};
};

constexpr RegionSpec kSmall{.slot_count = 3, .shape_count = 2, .reader_count = 4};
constexpr RegionSpec kLarge{.slot_count = 7, .shape_count = 9, .reader_count = 16};

TEST_F(Interference, ARegionLaidOutAnewDuringTheParseIsNotReady) {
  lay_out(kSmall, 1);
  const std::uint64_t channels[] = {layout_.frames_offset, layout_.cursor_offset,
                                    layout_.readers_offset - sizeof(RawReadersHeader)};
  for (const std::uint64_t channel : channels) {
    for (const std::uint64_t session : {std::uint64_t{0}, std::uint64_t{2}}) {
      SCOPED_TRACE(testing::Message() << "channel at " << channel << ", new session " << session);
      lay_out(kSmall, 1);
      on_touch(channel, [&] { lay_out(kLarge, session); });
      const auto layout = parse_region(memory_);
      ASSERT_TRUE(touched_);
      ASSERT_FALSE(layout);
      EXPECT_EQ(layout.error().code, ErrorCode::NotReady);
    }
  }
}

TEST_F(Interference, ARegionLaidOutAnewAtTheFirstAccessIsTheNewOne) {
  lay_out(kSmall, 1);
  on_touch(0, [&] { lay_out(kLarge, 2); });
  const auto layout = parse_region(memory_);
  ASSERT_TRUE(touched_);
  EXPECT_EQ(layout, layout_);
}

// The damage list begins a page of its own, so that the guest comes in after `info` was read.
class RecordInterference : public Interference {
 protected:
  void publish(std::uint64_t sequence, std::uint64_t shown) {
    FrameRecord frame;
    frame.info.sequence = sequence;
    frame.info.size = {640, 480};
    frame.info.pitch = 2560;
    frame.damage_count = 1;
    frame.damage[0] = {.rect = {0, 0, static_cast<std::uint32_t>(sequence), 1}, .age = 0};
    write_frame(record(), frame);
    std::memcpy(record().data(), &shown, sizeof shown);
  }
  [[nodiscard]] std::span<std::byte> record() const {
    return memory_.subspan(kPage - offsetof(RawFrameRecord, damage), sizeof(RawFrameRecord));
  }
};

TEST_F(RecordInterference, ARecordRewrittenDuringTheParseIsStale) {
  for (const std::uint64_t shown : {0ULL, 6ULL}) {
    SCOPED_TRACE(shown);
    publish(5, 5);
    on_touch(kPage, [&] { publish(6, shown); });
    const auto frame = parse_frame(record(), 5, 2560 * 480);
    ASSERT_TRUE(touched_);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, ErrorCode::Stale);
  }
}

// The guest has replaced the record but still shows the old word: it lies, or it is reading order
// that went wrong. The copy inside the record tells.
TEST_F(RecordInterference, ARecordOfAnotherFrameUnderTheOldWordIsStale) {
  publish(6, 5);
  EXPECT_EQ(parse_frame(record(), 5, 2560 * 480).error().code, ErrorCode::Stale);
}

// What is checked is what is used: a guest that bends the list after it was copied gains nothing.
TEST_F(RecordInterference, DamageIsTakenFromTheCopyThatWasChecked) {
  publish(5, 5);
  const auto frame = parse_frame(record(), 5, 2560 * 480);
  std::memset(record().data() + sizeof(std::uint64_t), 0xff, record().size() - 8);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->damage[0].rect, (Rect{0, 0, 5, 1}));
}

TEST_F(Interference, AShapeRewrittenDuringTheParseIsStale) {
  const auto shape = memory_.subspan(kPage - 8, sizeof(RawShape));  // its first word apart
  const auto publish = [&](std::uint64_t shown) {
    write_shape(
        shape,
        {.sequence = shown, .type = CursorType::Colour, .size = {32, 32}, .pitch = 128, .hot = {}});
    std::memcpy(shape.data(), &shown, sizeof shown);
  };
  for (const std::uint64_t shown : {0ULL, 6ULL}) {
    publish(5);
    on_touch(kPage, [&] { publish(shown); });
    const auto info = parse_shape(shape, 5, kMaxShapeBytes);
    ASSERT_TRUE(touched_);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, ErrorCode::Stale);
  }
}

}  // namespace
}  // namespace pierglass::wire::test
