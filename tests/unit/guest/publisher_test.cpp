// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/publisher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "guest/core/pattern_source.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/guest/fake_source.hpp"
#include "tests/unit/guest/running_publisher.hpp"

namespace pierglass::guest {
namespace {

using pierglass::test::wait_until;
using test::Counter;
using test::FakeSource;
using test::Picture;
using test::Running;
using namespace std::chrono_literals;

PatternOptions pattern(PatternMode mode = PatternMode::Small) {
  return {.mode = mode, .sizes = {{320, 240}}};
}

TEST(Publisher, TheFirstFrameComesBeforeTheFirstReader) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 1'000'000});
  ASSERT_TRUE(guest.reaches(1));
  const auto summary = guest.finish();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->frames, 1u);
}

TEST(Publisher, FramesFlowWhileAReaderLooks) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 500'000});
  ASSERT_TRUE(guest.reaches(1));
  const auto reader = guest.region.reader();
  reader->set_wish({.visible = true});
  EXPECT_TRUE(guest.reaches(50));
  EXPECT_EQ(reader->guest_state(), wire::GuestState::Capturing);
  const std::uint64_t beat = reader->guest_heartbeat();
  EXPECT_TRUE(wait_until([&] { return reader->guest_heartbeat() > beat; }, 5s));
}

TEST(Publisher, AWishForMoreIsNotSleptOver) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 500'000});
  ASSERT_TRUE(guest.reaches(1));
  const auto reader = guest.region.reader();
  const auto beaten = [&](auto&& reached) {
    return wait_until(
        [&] {
          (void)reader->beat();
          return reached();
        },
        10s);
  };
  reader->set_wish({.millihertz = 1});
  const std::uint64_t beat = reader->guest_heartbeat();
  ASSERT_TRUE(beaten([&] { return reader->guest_heartbeat() > beat + 3; }));
  const std::uint64_t newest = guest.counter.newest;
  reader->set_wish({.millihertz = 500'000});
  EXPECT_TRUE(beaten([&] { return guest.counter.newest >= newest + 20; }));
}

TEST(Publisher, AHiddenReaderStopsTheFlow) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 1'000'000});
  const auto reader = guest.region.reader();
  reader->set_wish({.visible = true});
  ASSERT_TRUE(guest.reaches(20));
  reader->set_wish({.visible = false});
  // Stopped when ten beats, two hundred possible frames long, bring nothing new.
  EXPECT_TRUE(wait_until(
      [&] {
        const std::uint64_t newest = guest.counter.newest;
        const std::uint64_t beat = reader->guest_heartbeat();
        return wait_until([&] { return reader->guest_heartbeat() > beat + 10; }, 5s) &&
               guest.counter.newest == newest;
      },
      10s));
  const std::uint64_t newest = guest.counter.newest;
  reader->set_wish({.visible = true});
  EXPECT_TRUE(guest.reaches(newest + 20));
}

// A publisher makes three waiters, for control, capture and pointer; that one is a special one.
enum class WaiterOf : std::uint8_t { Control, Capture };
template <typename Special, WaiterOf kWhose>
std::unique_ptr<Waiter> make_special() {
  static int made = 0;
  if (made++ % 3 == std::to_underlying(kWhose)) return std::make_unique<Special>();
  return make_condition_waiter();
}

// Counts waits, and those that are brief, as between looks for what readers say.
class CountingWaiter final : public Waiter {
 public:
  void wait_until(HostTime deadline) override {
    ++count;
    if (deadline - HostClock::now() <= 1ms) ++brief;
    waiter_.wait_until(deadline);
  }
  void wake() override { waiter_.wake(); }
  static inline std::atomic<int> count{0};
  static inline std::atomic<int> brief{0};

 private:
  ConditionWaiter waiter_;
};

TEST(Publisher, ASourceRestsWhileNobodyLooksAndComesBackWhole) {
  FakeSource source;
  source.rests = true;
  Picture picture({320, 240});
  const Rect all = full_rect({320, 240});
  std::atomic<int> made_anew{0};
  std::atomic<int> in_vain{0};
  std::atomic<int> waits{0};
  int waited_before = 0;
  bool back = false;
  source.on_acquire = [&](CapturedFrame& frame) {
    if (made_anew < source.rested) {
      ++in_vain;
      return CaptureOutcome::MustReinit;
    }
    if (std::exchange(back, false)) waits += CountingWaiter::count - waited_before;
    frame.picture = picture.image;
    frame.damage = {&all, 1};
    return CaptureOutcome::Frame;
  };
  source.on_reinit = [&]() -> Result<void> {
    ++made_anew;
    back = true;
    waited_before = CountingWaiter::count;
    return {};
  };
  Running guest(source, {.millihertz = 500'000}, make_special<CountingWaiter, WaiterOf::Capture>);
  const auto reader = guest.region.reader();
  const auto beaten = [&](auto&& reached) {
    return wait_until(
        [&] {
          (void)reader->beat();
          return reached();
        },
        10s);
  };
  const auto flows = [&] {
    const std::uint64_t newest = guest.counter.newest;
    return beaten([&] { return guest.counter.newest >= newest + 10; });
  };
  reader->set_wish({.visible = true});
  for (int times = 1; times <= 2; ++times) {
    ASSERT_TRUE(flows());
    EXPECT_EQ(source.rested, times - 1) << "while somebody looks";
    reader->set_wish({.visible = false});
    ASSERT_TRUE(beaten([&] { return source.rested == times; }));
    const std::uint64_t beat = reader->guest_heartbeat();
    ASSERT_TRUE(beaten([&] { return reader->guest_heartbeat() > beat + 15; }));
    EXPECT_EQ(source.rested, times) << "once";
    reader->set_wish({.visible = true});
  }
  EXPECT_TRUE(flows());
  EXPECT_EQ(made_anew, 2);
  EXPECT_EQ(in_vain, 0) << "it is known that it must be brought back";
  EXPECT_EQ(waits, 0) << "and that is no look";
  const auto summary = guest.finish();
  ASSERT_TRUE(summary);
  EXPECT_EQ(source.between, summary->frames);
  EXPECT_EQ(source.faults, 0);
}

TEST(Publisher, TheLastFrameEndsTheRun) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 0, .max_frames = 30, .without_readers = true});
  const auto summary = guest.join();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->frames, 30u);
  EXPECT_GT(summary->bytes, 0u);
}

TEST(Publisher, HoldStaysInSessionAfterTheLastFrame) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 0, .max_frames = 5, .hold = true, .without_readers = true});
  ASSERT_TRUE(guest.reaches(5));
  const auto reader = guest.region.reader();
  const std::uint64_t beat = reader->guest_heartbeat();
  EXPECT_TRUE(wait_until([&] { return reader->guest_heartbeat() > beat + 5; }, 5s));
  EXPECT_EQ(guest.counter.newest, 5u);
  EXPECT_TRUE(reader->current());
}

TEST(Publisher, TheSessionEndsWithThePublisher) {
  PatternSource source(pattern());
  Running guest(source);
  ASSERT_TRUE(guest.reaches(1));
  const auto reader = guest.region.reader();
  ASSERT_TRUE(guest.finish());
  EXPECT_EQ(reader->guest_state(), wire::GuestState::Stopping);
  guest.end_session();
  EXPECT_FALSE(reader->current());
}

TEST(Publisher, AReadersRequestsReachTheSource) {
  FakeSource source;
  source.on_acquire = [](CapturedFrame&) { return CaptureOutcome::NoChange; };
  Running guest(source);
  const auto reader = guest.region.reader();  // the session stands before the thread starts
  wire::ControlMessage move{.type = wire::ControlType::SetCursorPosition, .position = {7, 8}};
  wire::ControlMessage mode{.type = wire::ControlType::SetMode, .size = {800, 600}};
  ASSERT_TRUE(reader->send(move));
  ASSERT_TRUE(reader->send(mode));
  EXPECT_TRUE(wait_until(
      [&] {
        const std::lock_guard lock(source.mutex);
        return source.modes == std::vector{Size{800, 600}} &&
               source.pointer_moves == std::vector{Point{7, 8}};
      },
      5s));
}

TEST(Publisher, AReaderStopsAndResumesTheCapture) {
  PatternSource source(pattern());
  Running guest(source, {.millihertz = 500'000});
  ASSERT_TRUE(guest.reaches(1));
  auto reader = guest.region.reader();
  reader->set_wish({.visible = true});
  ASSERT_TRUE(guest.reaches(10));
  const wire::ControlMessage stop{.type = wire::ControlType::SetCapture, .run = false};
  const wire::ControlMessage resume{.type = wire::ControlType::SetCapture, .run = true};
  ASSERT_TRUE(reader->send(stop));
  EXPECT_TRUE(wait_until([&] { return reader->guest_state() == wire::GuestState::Paused; }, 5s));
  ASSERT_TRUE(reader->send(resume));
  EXPECT_TRUE(wait_until([&] { return reader->guest_state() == wire::GuestState::Capturing; }, 5s));
  EXPECT_TRUE(guest.reaches(guest.counter.newest + 10));

  // Stopped again by a reader that then leaves: the next one finds frames flowing.
  ASSERT_TRUE(reader->send(stop));
  ASSERT_TRUE(wait_until([&] { return reader->guest_state() == wire::GuestState::Paused; }, 5s));
  reader.reset();
  EXPECT_TRUE(wait_until(
      [&] {
        reader = guest.region.reader();
        const bool flows = reader->guest_state() == wire::GuestState::Capturing;
        if (!flows) reader.reset();
        return flows;
      },
      5s, 50ms));
}

TEST(Publisher, TheCursorIsPublished) {
  PatternOptions options = pattern();
  options.cursor = wire::CursorType::Monochrome;
  PatternSource source(options);
  Running guest(source);
  ASSERT_TRUE(guest.reaches(1));
  const auto reader = guest.region.reader();
  ASSERT_TRUE(wait_until(
      [&] {
        const auto cursor = reader->cursor();
        return cursor && cursor->visible && cursor->shape_ticket != 0;
      },
      5s));
  const auto cursor = reader->cursor().value();
  EXPECT_EQ(cursor.position, pattern_cursor_position({320, 240}, 0));
  std::vector<std::byte> image(reader->layout().shape_bytes);
  const auto shape = reader->copy_shape(cursor.shape_ticket, image).value();
  const PatternCursor expected = pattern_cursor(wire::CursorType::Monochrome);
  EXPECT_EQ(shape.type, wire::CursorType::Monochrome);
  image.resize(shape.bytes());
  EXPECT_EQ(image, expected.image);
}

TEST(Publisher, ALostSourceEndsTheRunWithAnError) {
  FakeSource source;
  source.on_acquire = [](CapturedFrame&) { return CaptureOutcome::Lost; };
  Running guest(source);
  const auto summary = guest.join();
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::Lost);
}

TEST(Publisher, ASourceIsBroughtBackHoweverLongItTakes) {
  FakeSource source;
  Picture picture({320, 240});
  const Rect all = full_rect({320, 240});
  bool broken = true;
  int tries = 0;
  source.on_acquire = [&](CapturedFrame& frame) {
    if (broken) return CaptureOutcome::MustReinit;
    frame.picture = picture.image;
    frame.damage = {&all, 1};
    return CaptureOutcome::Frame;
  };
  source.on_reinit = [&]() -> Result<void> {
    if (++tries < 3) return fail(ErrorCode::Busy, "desktop");
    broken = false;
    return {};
  };
  Running guest(source);
  EXPECT_TRUE(guest.reaches(1));
  ASSERT_TRUE(guest.finish());
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(source.faults, 0);
}

TEST(Publisher, ASourceThatCannotComeBackIsLost) {
  FakeSource source;
  source.on_acquire = [](CapturedFrame&) { return CaptureOutcome::MustReinit; };
  source.on_reinit = []() -> Result<void> { return fail(ErrorCode::OsCall, "device"); };
  Running guest(source);
  EXPECT_EQ(guest.join().error().code, ErrorCode::Lost);
}

TEST(Publisher, ATooLargePictureIsReportedOnce) {
  PatternOptions options = pattern(PatternMode::Full);
  options.sizes = {{4000, 4000}};
  PatternSource source(options);
  Running guest(source, {.millihertz = 0, .without_readers = true});
  ASSERT_TRUE(wait_until([&] { return guest.counter.too_large > 0; }, 5s));
  source.request_mode({320, 240}, 0);
  ASSERT_TRUE(guest.reaches(3));
  EXPECT_EQ(guest.counter.too_large, 1);
}

TEST(Publisher, ATooLargePictureOfAnotherFormatIsReportedAgain) {
  const Size size{4000, 4000};
  FakeSource source;
  int looks = 0;
  source.on_acquire = [&](CapturedFrame& frame) {
    frame.picture.size = size;
    frame.picture.format =
        ++looks < 3 ? wire::PixelFormat::Xrgb8888 : wire::PixelFormat::Xbgr16161616f;
    return CaptureOutcome::Frame;
  };
  Running guest(source, {.millihertz = 0, .without_readers = true});
  ASSERT_TRUE(wait_until([&] { return guest.counter.too_large == 2; }, 5s));
  EXPECT_TRUE(guest.finish());
  EXPECT_EQ(guest.counter.too_large, 2);
}

TEST(Publisher, AMemoryThatIsTooSmallIsAnError) {
  alignas(4096) static std::array<std::byte, 65536> small{};
  PatternSource source(pattern());
  Counter counter;
  const auto publisher =
      Publisher::create(small, {}, 77, source, counter, {}, make_condition_waiter, nullptr);
  ASSERT_FALSE(publisher);
  EXPECT_EQ(publisher.error().code, ErrorCode::TooSmall);
}

TEST(Publisher, WithoutAWaiterThereIsNoPublisherAndTheMemoryIsAsItWas) {
  const ring::test::Region region;
  PatternSource source(pattern());
  Counter counter;
  const auto publisher = Publisher::create(
      region.span(), {}, 77, source, counter, {}, [] { return std::unique_ptr<Waiter>(); },
      nullptr);
  ASSERT_FALSE(publisher);
  EXPECT_EQ(publisher.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(region.word<std::uint64_t>(0).load(), 0u);
}

TEST(Waiter, AWakeBeforeTheWaitEndsIt) {
  ConditionWaiter waiter;
  waiter.wake();
  waiter.wait_until(HostClock::now() + 1h);
  const HostTime before = HostClock::now();
  waiter.wait_until(before + 3ms);
  EXPECT_GE(HostClock::now(), before + 3ms);
}

TEST(Publisher, EndsWhenAnotherGuestTookTheMemoryAndLeavesItAlone) {
  PatternSource source(pattern());
  Running running(source);
  ASSERT_TRUE(running.reaches(1));
  const auto other = ring::GuestSession::create(running.region.span(), {}, 78);
  ASSERT_TRUE(other);
  const auto ended = running.join();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Stale);
  running.end_session();
  EXPECT_TRUE(other->current());
}

// Sleeps until woken, whatever the deadline.
class Oversleeping final : public Waiter {
 public:
  void wait_until(HostTime) override {
    asleep = true;
    waiter_.wait_until(HostClock::now() + 1h);
    asleep = false;
  }
  void wake() override { waiter_.wake(); }
  static inline std::atomic<bool> asleep{false};

 private:
  ConditionWaiter waiter_;
};

// The control thread oversleeps: only the other two can notice a successor.
constexpr auto make_control_oversleep = make_special<Oversleeping, WaiterOf::Control>;

// From the capture or the pointer thread: what it finds after a freeze.
ring::GuestSession successor(std::span<std::byte> region) {
  EXPECT_TRUE(wait_until([] { return Oversleeping::asleep.load(); }, 5s));
  return ring::GuestSession::create(region, {}, 78).value();
}

TEST(Publisher, TheCaptureThreadWritesNoFrameIntoASuccessorsRegion) {
  FakeSource source;
  Picture picture({320, 240});
  const Rect all = full_rect({320, 240});
  std::optional<ring::GuestSession> other;
  int looks = 0;
  std::span<std::byte> region;
  std::atomic<bool> region_known{false};
  source.on_acquire = [&](CapturedFrame& frame) {
    if (!wait_until([&] { return region_known.load(); }, 5s)) return CaptureOutcome::Lost;
    if (++looks == 1) {
      other.emplace(successor(region));
      return CaptureOutcome::NoChange;
    }
    frame.picture = picture.image;
    frame.damage = {&all, 1};
    return looks == 2 ? CaptureOutcome::Frame : CaptureOutcome::Lost;
  };
  Running guest(source, {.millihertz = 0, .without_readers = true}, make_control_oversleep);
  region = guest.region.span();
  region_known = true;
  EXPECT_EQ(guest.join().error().code, ErrorCode::Stale);
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(guest.counter.newest, 0u);
  other.reset();  // before its memory
}

TEST(Publisher, ThePointerThreadWritesNoCursorIntoASuccessorsRegion) {
  FakeSource source;
  const PatternCursor cursor = pattern_cursor(wire::CursorType::Colour);
  std::optional<ring::GuestSession> other;
  std::atomic<int> polls{0};
  std::span<std::byte> region;
  std::atomic<bool> region_known{false};
  source.on_poll = [&] {
    if (wait_until([&] { return region_known.load(); }, 5s) && ++polls == 1)
      other.emplace(successor(region));
    return PointerUpdate{.moved = true,
                         .state = {.visible = true},
                         .reshaped = true,
                         .shape = cursor.info,
                         .image = cursor.image};
  };
  source.on_acquire = [&](CapturedFrame&) {
    return polls > 1 ? CaptureOutcome::Lost : CaptureOutcome::NoChange;
  };
  Running guest(source, {.without_readers = true}, make_control_oversleep);
  region = guest.region.span();
  region_known = true;
  EXPECT_EQ(guest.join().error().code, ErrorCode::Stale);
  EXPECT_EQ(polls, 1);
  const auto seen = guest.region.reader()->cursor().value();
  EXPECT_FALSE(seen.visible);
  EXPECT_EQ(seen.shape_ticket, 0u);
  other.reset();  // before its memory
}

TEST(Publisher, BetweenPicturesItListensToReadersOnlyWhenItFollowsThem) {
  for (const bool follow : {true, false}) {
    FakeSource source;
    Picture picture({320, 240});
    const std::vector<Rect> all{full_rect({320, 240})};
    source.shows(picture, all);
    CountingWaiter::brief = 0;
    Running guest(source, {.millihertz = 10'000, .follow_latches = follow},
                  make_special<CountingWaiter, WaiterOf::Capture>);
    const auto reader = guest.region.reader();
    reader->set_wish({.visible = true});
    const auto said_until = [&](auto&& reached) {
      return wait_until(
          [&] {
            reader->announce_latch(50ms);
            (void)reader->beat();
            return reached();
          },
          10s, 20ms);
    };
    ASSERT_TRUE(said_until([&] { return guest.counter.newest >= 6; }));
    if (follow) {
      EXPECT_TRUE(said_until([] { return CountingWaiter::brief > 20; }));
    } else {
      EXPECT_LE(CountingWaiter::brief, 6);
    }
  }
}

// A source that tells is asked when it has told, and hardly ever else.
TEST(Publisher, APointerThatTellsIsNotPolled) {
  std::mutex mutex;
  Waiter* told = nullptr;
  std::atomic<int> polls{0};
  std::atomic<int> x{0};
  FakeSource source;
  source.on_acquire = [](CapturedFrame&) { return CaptureOutcome::NoChange; };
  source.on_wake_on_news = [&](Waiter* waiter) {
    const std::lock_guard lock(mutex);
    told = waiter;
    return true;
  };
  source.on_poll = [&] {
    ++polls;
    PointerUpdate update{.moved = true, .state = {.position = {x, 0}, .visible = true}};
    return update;
  };
  Running running(source, {.pointer_millihertz = Pacer::kFastest, .without_readers = true});
  const auto reader = running.region.reader();
  for (int step = 1; step <= 20; ++step) {
    x = step;
    ASSERT_TRUE(wait_until(
        [&] {
          const std::lock_guard lock(mutex);
          if (told != nullptr) told->wake();
          const auto sample = reader->cursor();
          return sample && sample->position.x == step;
        },
        std::chrono::seconds(10)));
  }
  const int before = polls;
  EXPECT_FALSE(wait_until([&] { return polls > before + 3; }, std::chrono::milliseconds(500)))
      << "it is polled without news";
  ASSERT_TRUE(running.finish());
  EXPECT_EQ(told, nullptr);
}

}  // namespace
}  // namespace pierglass::guest
