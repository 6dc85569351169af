// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/frame_publisher.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "guest/core/pattern_source.hpp"
#include "pixel/copy.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/guest/fake_source.hpp"
#include "tests/unit/guest/pictures.hpp"
#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::guest {
namespace {

using test::colours;
using test::FakeSource;
using test::Picture;
using test::Random;

// A session with readers beside it and a publisher over any source.
struct Stage {
  explicit Stage(CaptureSource& source) : publisher(source, session.frames()) {}

  Step step() { return publisher.step(HostTime{}, {}); }

  ring::test::Region region;
  ring::GuestSession session = region.guest();
  std::unique_ptr<ring::ReaderSession> reader = region.reader();
  FramePublisher publisher;
};

pixel::ConstImage picture_of(const ring::FrameLease& lease) {
  return {lease.pixels().data(), lease.info().pitch, lease.info().size, lease.info().format};
}

TEST(FramePublisher, WhatTheSourceShowsArrivesInTheSlot) {
  PatternSource source({.mode = PatternMode::Full, .sizes = {{640, 480}}});
  Stage stage(source);
  for (std::uint32_t number = 1; number < 20; ++number) {
    const Step step = stage.step();
    ASSERT_EQ(step.kind, Step::Kind::Published);
    EXPECT_EQ(step.bytes, 640u * 480 * 4);
    const auto lease = stage.reader->acquire_newest(step.sequence - 1).value();
    ASSERT_TRUE(lease.has_value());
    EXPECT_EQ(decode_frame_number(picture_of(*lease)), number);
    EXPECT_EQ(lease->rows_complete(), 480u);
  }
}

// Copies as told from a picture, as a GPU would.
struct FakeCopier final : FrameCopier {
  explicit FakeCopier(const Picture& shown) : picture(shown) {}

  Result<void> copy(std::span<const Rect> rects, const pixel::Image& slot) override {
    ++calls;
    if (broken) return fail(ErrorCode::Lost, "GPU");
    pixel::copy_rects(slot, picture.image, rects);
    return {};
  }

  const Picture& picture;
  int calls = 0;
  bool broken = false;
};

TEST(FramePublisher, ACopierBringsWhatASlotLacks) {
  Random random(3);
  Picture picture({150, 70});
  FakeCopier copier(picture);
  std::vector<Rect> damage{full_rect(picture.image.size)};
  FakeSource source;
  source.on_acquire = [&](CapturedFrame& frame) {
    frame.picture = {.size = picture.image.size, .format = picture.image.format};
    frame.copier = &copier;
    frame.damage = damage;
    return CaptureOutcome::Frame;
  };
  Stage stage(source);
  for (int round = 1; round <= 40; ++round) {
    const Step step = stage.step();
    ASSERT_EQ(step.kind, Step::Kind::Published);
    ASSERT_EQ(copier.calls, round);
    const auto lease = stage.reader->acquire_newest(step.sequence - 1).value();
    ASSERT_TRUE(lease.has_value());
    ASSERT_EQ(colours(picture_of(*lease)), colours(picture.image));
    damage = {random.rect(picture.image.size)};
    picture.fill(damage[0], random.below(0x1000000));
  }
}

TEST(FramePublisher, ACopierThatFailsPublishesNothingAndTheSourceIsMadeAnew) {
  Picture picture({150, 70});
  picture.fill(full_rect(picture.image.size), 0x123456);
  FakeCopier copier(picture);
  const std::vector<Rect> damage{full_rect(picture.image.size)};
  FakeSource source;
  source.on_acquire = [&](CapturedFrame& frame) {
    frame.picture = {.size = picture.image.size, .format = picture.image.format};
    frame.copier = &copier;
    frame.damage = damage;
    return CaptureOutcome::Frame;
  };
  Stage stage(source);
  const Step first = stage.step();
  ASSERT_EQ(first.kind, Step::Kind::Published);
  copier.broken = true;
  EXPECT_EQ(stage.step().kind, Step::Kind::MustReinit);
  EXPECT_FALSE(source.held);
  // Readers keep the frame that they have, and the next one is whole.
  EXPECT_FALSE(stage.reader->acquire_newest(first.sequence).value().has_value());
  copier.broken = false;
  const Step next = stage.step();
  ASSERT_EQ(next.kind, Step::Kind::Published);
  const auto lease = stage.reader->acquire_newest(first.sequence).value();
  ASSERT_TRUE(lease.has_value());
  EXPECT_EQ(colours(picture_of(*lease)), colours(picture.image));
  EXPECT_EQ(source.faults, 0);
}

TEST(FramePublisher, AFrameSaysHowLongTheOneBeforeTookToPublish) {
  Picture picture({150, 70});
  const std::vector<Rect> damage{full_rect(picture.image.size)};
  FakeSource source;
  source.shows(picture, damage);
  Stage stage(source);
  const Step first = stage.step();
  ASSERT_EQ(first.kind, Step::Kind::Published);
  EXPECT_EQ(stage.reader->acquire_newest(0).value()->info().publish_before_ns, 0u);
  stage.publisher.published(first.at + std::chrono::seconds(1));
  ASSERT_EQ(stage.step().kind, Step::Kind::Published);
  const auto second = stage.reader->acquire_newest(first.sequence).value();
  ASSERT_TRUE(second.has_value());
  EXPECT_GE(second->info().publish_before_ns, 1'000'000'000u);
  EXPECT_LE(second->info().publish_before_ns, 4'000'000'000u);
}

// The source says that of the second since the look four milliseconds were its work.
TEST(FramePublisher, AStepSaysWhatItWaitedAndWorkedAlsoWhenReadersHeldEverySlot) {
  constexpr Nanoseconds kCapture = std::chrono::milliseconds(4);
  constexpr Nanoseconds kSecond = std::chrono::seconds(1);
  Picture picture({150, 70});
  const std::vector<Rect> damage{full_rect(picture.image.size)};
  FakeSource source;
  source.on_acquire = [&](CapturedFrame& frame) {
    frame.picture = picture.image;
    frame.damage = damage;
    frame.info.capture_ns = wire_nanoseconds(kCapture);
    return CaptureOutcome::Frame;
  };
  Stage stage(source);
  const auto step = [&](HostTime now) {
    const Step done = stage.publisher.step(now, {});
    if (done.kind != Step::Kind::Published) return done.kind;
    const Nanoseconds since = HostClock::now() - now;
    EXPECT_GE(done.waited, kSecond - kCapture);
    EXPECT_GE(done.work, kCapture);
    EXPECT_LE(done.waited + done.work, since) << "no time counts twice";
    return done.kind;
  };
  std::deque<ring::FrameLease> held;
  while (step(HostClock::now() - kSecond) != Step::Kind::Busy)
    held.push_back(stage.reader->acquire_newest(0).value().value());
  held.clear();
  const HostTime again = HostClock::now();
  const Step second = stage.publisher.step(again, {});
  ASSERT_EQ(second.kind, Step::Kind::Published);
  EXPECT_GE(second.waited, kSecond - kCapture) << "the screen had not changed";
  EXPECT_GE(second.work, kCapture);
  EXPECT_LE(second.work, kCapture + (second.at - again)) << "waiting for a slot is no work";
}

TEST(FramePublisher, AFrameThatIsHeldGoesWhenTheSourceRests) {
  Picture picture({150, 70});
  const std::vector<Rect> damage{full_rect(picture.image.size)};
  int looks = 0;
  FakeSource source;
  source.on_acquire = [&](CapturedFrame& frame) {
    ++looks;
    frame.picture = picture.image;
    frame.damage = damage;
    return CaptureOutcome::Frame;
  };
  Stage stage(source);
  std::deque<ring::FrameLease> held;
  while (true) {
    const Step step = stage.step();
    if (step.kind == Step::Kind::Busy) break;
    ASSERT_EQ(step.kind, Step::Kind::Published);
    held.push_back(stage.reader->acquire_newest(0).value().value());
  }
  const int before = looks;
  EXPECT_FALSE(stage.publisher.rest());
  EXPECT_EQ(stage.step().kind, Step::Kind::Busy);
  EXPECT_EQ(looks, before) << "a source that needs no rest keeps its frame";
  source.rests = true;
  EXPECT_TRUE(stage.publisher.rest());
  EXPECT_FALSE(source.held);
  held.clear();
  EXPECT_EQ(stage.step().kind, Step::Kind::Published);
  EXPECT_EQ(looks, before + 1);
  EXPECT_EQ(source.faults, 0);
}

// Readers hold slots at random, frames are refused at random: each published slot still equals the
// picture, though only its damage is copied.
TEST(FramePublisher, SlotsStayEqualToThePictureForRandomDamageAndHolds) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    Picture picture({150, 70});
    std::vector<Rect> damage{full_rect(picture.image.size)};
    FakeSource source;
    source.shows(picture, damage);
    Stage stage(source);
    std::deque<ring::FrameLease> held;
    std::uint64_t seen = 0;
    for (int round = 0; round < 150; ++round) {
      if (!source.held && round > 0) {
        damage.clear();
        for (std::uint32_t i = random.below(4); i > 0; --i) {
          damage.push_back(random.rect(picture.image.size));
          picture.fill(damage.back(), random.below(0x1000000));
        }
      }
      const Step step = stage.step();
      if (step.kind == Step::Kind::Busy) {
        ASSERT_FALSE(held.empty());
        held.pop_front();
        continue;
      }
      ASSERT_EQ(step.kind, Step::Kind::Published);
      auto lease = stage.reader->acquire_newest(seen).value();
      ASSERT_TRUE(lease.has_value());
      seen = lease->info().sequence;
      ASSERT_EQ(colours(picture_of(*lease)), colours(picture.image))
          << "seed " << seed << " round " << round;
      if (random.below(3) != 0) held.push_back(std::move(*lease));
      if (held.size() > 1 && random.below(4) == 0) held.pop_front();
    }
    EXPECT_EQ(source.faults, 0);
  }
}

TEST(FramePublisher, OnePercentOfDamageCopiesAtMostTwoPercent) {
  PatternSource source({.mode = PatternMode::Small, .sizes = {{640, 480}}});
  Stage stage(source);
  std::uint64_t seen = 0;
  std::optional<ring::FrameLease> held;
  for (int frame = 0; frame < 200; ++frame) {
    const Step step = stage.step();
    ASSERT_EQ(step.kind, Step::Kind::Published);
    // Once each slot has had its first, full copy.
    if (frame >= 4) {
      EXPECT_LE(step.bytes * 50, 640u * 480 * 4) << "frame " << frame;
    }
    // A reader that holds each frame until it has the next, as the client does.
    auto lease = stage.reader->acquire_newest(seen).value();
    ASSERT_TRUE(lease.has_value());
    seen = lease->info().sequence;
    held.emplace(std::move(*lease));
  }
}

TEST(FramePublisher, AFrameThatFindsNoSlotIsPublishedLater) {
  PatternSource source(
      {.mode = PatternMode::Still, .sizes = {{640, 480}}, .size_time = Nanoseconds(0)});
  Stage stage(source);
  std::vector<ring::FrameLease> held;
  ASSERT_EQ(stage.step().kind, Step::Kind::Published);
  // Three more sizes fill the other slots; all four are held.
  std::uint64_t seen = 0;
  const auto hold_newest = [&] {
    held.push_back(std::move(stage.reader->acquire_newest(seen).value().value()));
    seen = held.back().info().sequence;
  };
  hold_newest();
  for (std::uint32_t width = 601; width < 604; ++width) {
    source.request_mode({width, 400}, 0);
    ASSERT_EQ(stage.step().kind, Step::Kind::Published);
    hold_newest();
  }
  source.request_mode({630, 400}, 0);
  EXPECT_EQ(stage.step().kind, Step::Kind::Busy);
  EXPECT_EQ(stage.step().kind, Step::Kind::Busy);
  held.erase(held.begin());
  const Step step = stage.step();
  ASSERT_EQ(step.kind, Step::Kind::Published);
  EXPECT_EQ(step.size, (Size{630, 400}));
  EXPECT_EQ(stage.step().kind, Step::Kind::Nothing);
}

TEST(FramePublisher, APictureThatFitsNoSlotIsReportedAndLeft) {
  PatternSource source({.mode = PatternMode::Full, .sizes = {{640, 480}}});
  Stage stage(source);
  source.request_mode({4000, 4000}, 0);
  const Step step = stage.step();
  EXPECT_EQ(step.kind, Step::Kind::TooLarge);
  EXPECT_EQ(step.size, (Size{4000, 4000}));
  source.request_mode({320, 240}, 0);
  EXPECT_EQ(stage.step().kind, Step::Kind::Published);
}

TEST(FramePublisher, RowsAreAnnouncedWhileABigCopyRuns) {
  static_assert(std::uint64_t{640} * 480 * 4 > FramePublisher::kBandBytes * 2);
  PatternSource source({.mode = PatternMode::Full, .sizes = {{640, 480}}});
  Stage stage(source);
  ASSERT_EQ(stage.step().kind, Step::Kind::Published);
  const std::jthread guest([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)stage.step();
  });
  const auto some_rows = [&] {
    const auto lease = stage.reader->acquire_started(0);
    if (!lease || !*lease) return false;
    const std::uint32_t rows = (*lease)->rows_complete();
    return rows > 0 && rows < 480;
  };
  EXPECT_TRUE(pierglass::test::wait_until(some_rows, std::chrono::seconds(20),
                                          std::chrono::microseconds(50)));
}

TEST(FramePublisher, OutcomesOfTheSourceArePassedOn) {
  FakeSource source;
  Stage stage(source);
  const std::pair<CaptureOutcome, Step::Kind> cases[] = {
      {CaptureOutcome::NoChange, Step::Kind::Nothing},
      {CaptureOutcome::Timeout, Step::Kind::Nothing},
      {CaptureOutcome::MustReinit, Step::Kind::MustReinit},
      {CaptureOutcome::Lost, Step::Kind::Lost}};
  for (const auto& [outcome, kind] : cases) {
    source.on_acquire = [answer = outcome](CapturedFrame&) { return answer; };
    EXPECT_EQ(stage.step().kind, kind);
  }
  EXPECT_EQ(source.faults, 0);
}

TEST(FramePublisher, AHeldFrameIsGivenBackAtTheEnd) {
  FakeSource source;
  Picture picture({64, 48});
  const std::vector<Rect> all{full_rect({64, 48})};
  source.shows(picture, all);
  {
    Stage stage(source);
    std::vector<ring::FrameLease> held;
    std::uint64_t seen = 0;
    while (stage.step().kind == Step::Kind::Published) {
      held.push_back(std::move(stage.reader->acquire_newest(seen).value().value()));
      seen = held.back().info().sequence;
    }
    EXPECT_TRUE(source.held);
  }
  EXPECT_FALSE(source.held);
  EXPECT_EQ(source.faults, 0);
}

}  // namespace
}  // namespace pierglass::guest
