// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/live_source.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace pierglass::source {
namespace {

constexpr Size kSize{16, 8};

class Reader final : public FrameSource {
 public:
  GuestStatus tick(HostTime) override {
    ++ticks;
    return status;
  }
  const std::string& error() const override { return error_text; }
  const std::string& notice() const override { return notice_text; }
  const GuestDescription& description() const override { return guest; }
  GuestWishes wishes() const override { return wanted; }
  bool has_new_frame() const override { return sequence != 0; }
  std::optional<HeldFrame> acquire() override {
    wire::FrameInfo info;
    info.sequence = sequence;
    info.size = kSize;
    return HeldFrame(this, info, 0, {.size = kSize}, {});
  }
  void forget() override { ++forgotten; }
  Cursor cursor() override { return pointer; }
  void set_visible(bool visible) override { told_visible.push_back(visible); }
  Result<void> move_pointer(Point position) override {
    moved_to.push_back(position);
    return {};
  }

  GuestStatus status = GuestStatus::Absent;
  std::string error_text;
  std::string notice_text;
  GuestDescription guest;
  GuestWishes wanted;
  Cursor pointer;
  std::uint64_t sequence = 0;
  std::uint32_t rows = 0;
  int ticks = 0;
  int forgotten = 0;
  std::vector<bool> told_visible;
  std::vector<Point> moved_to;
  std::vector<std::uint64_t> given_back;

 private:
  bool give_back(const HeldFrame& frame, bool used) override {
    given_back.push_back(frame.info().sequence);
    return used;
  }
  std::uint32_t rows_ready(const HeldFrame&) const override { return rows; }
};

class Live : public testing::Test {
 protected:
  Live() : source_(make()) {}

  GuestStatus tick(Nanoseconds later = std::chrono::milliseconds(50)) {
    now_ += later;
    return source_.tick(now_);
  }
  Reader& first() { return *readers_[0]; }
  Reader& second() { return *readers_[1]; }

  std::array<Reader*, 2> readers_{};
  HostTime now_ = HostTime(std::chrono::hours(1));
  LiveSource source_;

 private:
  LiveSource make() {
    std::vector<std::unique_ptr<FrameSource>> owned;
    for (Reader*& reader : readers_) {
      auto made = std::make_unique<Reader>();
      reader = made.get();
      owned.push_back(std::move(made));
    }
    return LiveSource(std::move(owned));
  }
};

TEST_F(Live, LetsAllLookWhileNoGuestLives) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(tick(), GuestStatus::Absent);
  EXPECT_EQ(first().ticks, 10);
  EXPECT_EQ(second().ticks, 10);
}

TEST_F(Live, ShowsTheReaderWhoseGuestLives) {
  second().status = GuestStatus::Live;
  second().sequence = 7;
  second().notice_text = "too small";
  second().guest.program = "a host";
  EXPECT_EQ(tick(), GuestStatus::Live);
  EXPECT_TRUE(source_.has_new_frame());
  EXPECT_EQ(source_.acquire()->info().sequence, 7u);
  EXPECT_EQ(source_.notice(), "too small");
  EXPECT_EQ(source_.description().program, "a host");
  EXPECT_EQ(second().forgotten, 1) << "its next frame comes whole";
}

TEST_F(Live, LetsTheOthersLookOnceASecondWhileOneLives) {
  first().status = GuestStatus::Live;
  for (int i = 0; i < 200; ++i) tick();
  EXPECT_EQ(first().ticks, 200);
  EXPECT_GE(second().ticks, 9);
  EXPECT_LE(second().ticks, 11);
}

TEST_F(Live, IsNotTurnedAwayFromALivingGuestByAnother) {
  first().status = GuestStatus::Live;
  first().sequence = 1;
  tick();
  second().status = GuestStatus::Live;
  second().sequence = 2;
  for (int i = 0; i < 100; ++i) tick();
  EXPECT_EQ(source_.acquire()->info().sequence, 1u);
  EXPECT_EQ(first().forgotten, 0);
}

TEST_F(Live, FindsAGuestThatTookTheMemoryOverAsSoonAsTheFirstIsSilent) {
  for (const GuestStatus gone :
       {GuestStatus::Silent, GuestStatus::Absent, GuestStatus::Unreadable}) {
    first().status = GuestStatus::Live;
    second().status = GuestStatus::Absent;
    tick();
    first().status = gone;
    second().status = GuestStatus::Live;
    second().sequence = 5;
    EXPECT_EQ(tick(), GuestStatus::Live);
    EXPECT_EQ(source_.acquire()->info().sequence, 5u);
    second().status = GuestStatus::Absent;
    first().status = GuestStatus::Live;
    EXPECT_EQ(tick(), GuestStatus::Live) << "and back";
    EXPECT_FALSE(source_.has_new_frame());
  }
}

TEST_F(Live, PrefersSilentToUnreadableToAbsent) {
  second().status = GuestStatus::Unreadable;
  second().error_text = "version 9";
  EXPECT_EQ(tick(), GuestStatus::Unreadable);
  EXPECT_EQ(source_.error(), "version 9");
  first().status = GuestStatus::Silent;
  EXPECT_EQ(tick(), GuestStatus::Silent);
  EXPECT_EQ(source_.error(), "");
  second().status = GuestStatus::Silent;
  second().guest.program = "another";
  EXPECT_EQ(tick(), GuestStatus::Silent);
  EXPECT_EQ(source_.description().program, "") << "no better one";
}

TEST_F(Live, GivesAFrameBackToTheReaderThatItCameFromEvenAfterASwitch) {
  first().status = GuestStatus::Live;
  first().sequence = 11;
  first().rows = 3;
  tick();
  auto frame = source_.acquire();
  ASSERT_TRUE(frame);
  first().status = GuestStatus::Silent;
  second().status = GuestStatus::Live;
  second().rows = 8;
  tick();
  EXPECT_EQ(frame->rows_ready(), 3u);
  EXPECT_TRUE(frame->finish());
  EXPECT_EQ(first().given_back, (std::vector<std::uint64_t>{11}));
  EXPECT_TRUE(second().given_back.empty());
}

TEST_F(Live, TellsShapesOfTwoReadersApart) {
  static const pixel::CursorImage image;
  first().status = GuestStatus::Live;
  for (Reader* reader : readers_) {
    reader->pointer = {.position = {1, 1}, .visible = true, .serial = 4, .image = &image};
  }
  tick();
  const Cursor before = source_.cursor();
  first().status = GuestStatus::Absent;
  second().status = GuestStatus::Live;
  tick();
  EXPECT_NE(source_.cursor().serial, before.serial);
  EXPECT_EQ(source_.cursor().serial, source_.cursor().serial);
}

TEST_F(Live, TellsAllWhetherAnybodyLooks) {
  source_.set_visible(false);
  for (const Reader* reader : readers_) EXPECT_EQ(reader->told_visible, std::vector<bool>{false});
}

TEST_F(Live, SendsThePointerToTheGuestThatIsShown) {
  second().status = GuestStatus::Live;
  tick();
  EXPECT_TRUE(source_.move_pointer({3, 4}));
  EXPECT_TRUE(first().moved_to.empty());
  EXPECT_EQ(second().moved_to, (std::vector<Point>{{3, 4}}));
}

TEST_F(Live, NeverLosesCountOfTheCallsForAttention) {
  first().status = GuestStatus::Live;
  first().wanted = {.keep_screen_on = true, .attention = 5};
  tick();
  EXPECT_EQ(source_.wishes(), (GuestWishes{.keep_screen_on = true, .attention = 5}));
  first().status = GuestStatus::Absent;
  second().status = GuestStatus::Live;
  tick();
  EXPECT_EQ(source_.wishes(), (GuestWishes{.keep_screen_on = false, .attention = 5}));
  second().wanted.attention = 1;
  EXPECT_EQ(source_.wishes().attention, 6u);
}

}  // namespace
}  // namespace pierglass::source
