// SPDX-License-Identifier: GPL-2.0-or-later
// A whole guest with a doorbell: whom it rings and when, and that rings wake it.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "tests/unit/guest/fake_source.hpp"
#include "tests/unit/guest/running_publisher.hpp"

namespace pierglass::guest {
namespace {

using pierglass::test::wait_until;
using ring::DoorbellAddress;
using ring::ReaderSession;
using test::FakeSource;
using test::Picture;
using test::Running;
using namespace std::chrono_literals;

constexpr DoorbellAddress kGuest{.peer = 1, .vector = 0};
constexpr DoorbellAddress kReader{.peer = 2, .vector = 0};
constexpr PublisherOptions kFast{.millihertz = 0};

class FakeDoorbell final : public Doorbell {
 public:
  [[nodiscard]] DoorbellAddress own() const override { return address; }
  [[nodiscard]] bool hears() const override { return hearing; }
  void ring(DoorbellAddress reader) noexcept override {
    if (reader != kReader) ++others;
    rings += reader == kReader;
  }

  DoorbellAddress address = kGuest;
  std::atomic<bool> hearing{false};
  std::atomic<int> rings{0};
  std::atomic<int> others{0};
};

// Far deadlines never come: what happens then, a wake has done.
class WokenOnly final : public Waiter {
 public:
  void wait_until(HostTime deadline) override {
    const HostTime now = HostClock::now();
    waiter_.wait_until(deadline - now > 20ms ? now + 1h : deadline);
  }
  void wake() override { waiter_.wake(); }

 private:
  ConditionWaiter waiter_;
};

// One frame, or one motion of the pointer, for each that the test asks for.
class OnDemand {
 public:
  OnDemand() {
    source.on_acquire = [this](CapturedFrame& frame) {
      if (frames == 0) return CaptureOutcome::NoChange;
      --frames;
      frame.picture = picture_.image;
      frame.damage = {&all_, 1};
      return CaptureOutcome::Frame;
    };
    source.on_poll = [this] {
      if (motions == 0) {
        ++idle_polls;
        return PointerUpdate{};
      }
      --motions;
      return PointerUpdate{.moved = true, .state = {.position = {++x_, 0}, .visible = true}};
    };
  }

  std::atomic<int> frames{1};
  std::atomic<int> motions{1};
  std::atomic<int> idle_polls{0};
  FakeSource source;

 private:
  Picture picture_{{320, 240}};
  Rect all_ = full_rect({320, 240});
  int x_ = 0;
};

class PublisherDoorbell : public testing::Test {
 protected:
  void run(MakeWaiter make_waiter = make_condition_waiter) {
    guest.emplace(demand.source, kFast, make_waiter, &doorbell);
    reader = attach(1);
    ring_guest();
    // Both have been published and rung for: nothing is on its way.
    ASSERT_TRUE(guest->reaches(1));
    ASSERT_TRUE(wait_until([&] { return demand.idle_polls > 0; }, 5s));
    ASSERT_EQ(reader->look().cursor, 2u);
    ASSERT_TRUE(
        wait_until([&] { return reader->guest_state() == wire::GuestState::Capturing; }, 5s));
  }
  std::unique_ptr<ReaderSession> attach(std::uint64_t token) {
    return ReaderSession::attach(guest->region.span(), token, kReader).value();
  }
  [[nodiscard]] bool sleep() { return reader->fall_asleep(reader->look()); }
  [[nodiscard]] bool beats(std::uint64_t times) const {
    const std::uint64_t before = reader->guest_heartbeat();
    return wait_until([&] { return reader->guest_heartbeat() >= before + times; }, 10s);
  }
  // As a reader does that has asked for something.
  void ring_guest() {
    if (reader->guest_asleep()) guest->publisher().on_doorbell();
  }

  OnDemand demand;
  FakeDoorbell doorbell;
  std::optional<Running> guest;
  std::unique_ptr<ReaderSession> reader;
};

TEST_F(PublisherDoorbell, NobodyIsRungWhoIsAwake) {
  run();
  demand.frames = 30;
  demand.motions = 10;
  ASSERT_TRUE(guest->reaches(31));
  ASSERT_TRUE(wait_until([&] { return reader->look().cursor == 22; }, 5s));
  EXPECT_EQ(doorbell.rings, 0);
}

TEST_F(PublisherDoorbell, ASleeperIsLeftInPeaceUntilThereIsNews) {
  run();
  ASSERT_TRUE(sleep());
  ASSERT_TRUE(wait_until([&] { return doorbell.rings > 0; }, 5s)) << "a newcomer is greeted";
  ASSERT_TRUE(reader->wake_up());
  ASSERT_TRUE(sleep());
  ASSERT_TRUE(beats(60));
  EXPECT_EQ(doorbell.rings, 1);
}

TEST_F(PublisherDoorbell, ASleeperIsRungForAFrame) {
  run();
  ASSERT_TRUE(sleep());
  demand.frames = 1;
  ASSERT_TRUE(guest->reaches(2));
  EXPECT_GE(doorbell.rings, 1);
  EXPECT_EQ(reader->newest_sequence(), 2u);
}

TEST_F(PublisherDoorbell, ASleeperIsRungForAMotion) {
  run();
  ASSERT_TRUE(sleep());
  demand.motions = 1;
  ASSERT_TRUE(wait_until([&] { return doorbell.rings > 0; }, 5s));
  EXPECT_EQ(reader->look().cursor, 4u);
}

TEST_F(PublisherDoorbell, ASleeperIsRungForAPauseThatAnotherReaderAskedFor) {
  run();
  const auto other = attach(2);
  ASSERT_TRUE(sleep());
  ASSERT_TRUE(other->send({.type = wire::ControlType::SetCapture, .run = false}));
  ASSERT_TRUE(wait_until([&] { return doorbell.rings > 0; }, 5s));
  EXPECT_EQ(reader->guest_state(), wire::GuestState::Paused);
}

TEST_F(PublisherDoorbell, ASleeperIsRungForTheEnd) {
  run();
  ASSERT_TRUE(sleep());
  ASSERT_TRUE(guest->finish());
  EXPECT_GT(doorbell.rings, 0) << "for the state";
  const int before = doorbell.rings;
  guest->end_session();
  EXPECT_GT(doorbell.rings, before) << "for the session";
  EXPECT_FALSE(reader->current());
}

TEST_F(PublisherDoorbell, ARingThatIsLostIsRepeatedWithTheNextBeat) {
  doorbell.hearing = true;  // beats only when a beat is due
  run();
  ASSERT_TRUE(sleep());
  demand.frames = 1;
  ASSERT_TRUE(guest->reaches(2));
  const int before = doorbell.rings;
  const std::uint64_t beat = reader->guest_heartbeat();
  ASSERT_TRUE(wait_until([&] { return doorbell.rings > before; }, 5s));
  EXPECT_LE(reader->guest_heartbeat(), beat + 2);
  ASSERT_TRUE(reader->wake_up());
  ASSERT_TRUE(sleep());
  const int answered = doorbell.rings;
  ASSERT_TRUE(beats(5));
  EXPECT_LE(doorbell.rings, answered + 1) << "at most the one that was on its way";
}

TEST_F(PublisherDoorbell, ReadersOfTheSessionBeforeAreRung) {
  ring::test::Region region;
  const auto before = ring::GuestSession::create(region.span(), {}, 7).value();
  const auto old = ReaderSession::attach(region.span(), 1, kReader).value();
  test::Counter counter;
  const auto next = Publisher::create(region.span(), {}, 8, demand.source, counter, kFast,
                                      make_condition_waiter, &doorbell);
  ASSERT_TRUE(next);
  EXPECT_EQ(doorbell.rings, 1);
  EXPECT_FALSE(old->current());
}

TEST_F(PublisherDoorbell, AReaderThatGivesTheGuestsOwnAddressIsNotRung) {
  run();
  reader->set_doorbell(kGuest);
  ASSERT_TRUE(sleep());
  demand.frames = 1;
  ASSERT_TRUE(guest->reaches(2));
  EXPECT_EQ(doorbell.others, 0);
}

TEST_F(PublisherDoorbell, WithoutInterruptsNothingIsPromised) {
  doorbell.address = {};
  doorbell.hearing = true;
  run();
  EXPECT_FALSE(reader->guest_doorbell().reachable());
  EXPECT_FALSE(sleep());
  demand.frames = 1;
  ASSERT_TRUE(guest->reaches(2));
  ASSERT_TRUE(beats(5));
  EXPECT_FALSE(reader->guest_asleep());
  EXPECT_EQ(doorbell.rings, 0);
}

TEST_F(PublisherDoorbell, AGuestThatOnlyRingsNeverSleepsDeaf) {
  run();
  EXPECT_EQ(reader->guest_doorbell(), kGuest);
  ASSERT_TRUE(beats(20));
  EXPECT_FALSE(reader->guest_asleep());
}

TEST_F(PublisherDoorbell, WhenSleepersHoldEverySlotTheyAreRung) {
  run();
  std::vector<ring::FrameLease> held;
  for (std::uint64_t i = 1; i <= reader->layout().slot_count; ++i) {
    if (i > 1) demand.frames = 1;
    ASSERT_TRUE(guest->reaches(i));
    held.push_back(std::move(reader->acquire_newest(0).value().value()));
  }
  ASSERT_TRUE(sleep());
  demand.frames = 1;
  EXPECT_TRUE(wait_until([&] { return doorbell.rings > 0; }, 5s)) << "the dead lose their slots";
  EXPECT_EQ(guest->counter.newest, reader->layout().slot_count);
}

TEST_F(PublisherDoorbell, AGuestThatSleepsIsWokenByARequest) {
  doorbell.hearing = true;
  run(+[]() -> std::unique_ptr<Waiter> { return std::make_unique<WokenOnly>(); });
  ASSERT_TRUE(wait_until([&] { return reader->guest_asleep(); }, 5s));
  ASSERT_TRUE(reader->send({.type = wire::ControlType::SetMode, .size = {800, 600}}));
  ring_guest();
  EXPECT_TRUE(wait_until(
      [&] {
        const std::lock_guard lock(demand.source.mutex);
        return demand.source.modes == std::vector{Size{800, 600}};
      },
      5s));
}

TEST_F(PublisherDoorbell, AReaderThatAppearsWakesTheCapture) {
  doorbell.hearing = true;
  run(+[]() -> std::unique_ptr<Waiter> { return std::make_unique<WokenOnly>(); });
  const std::uint64_t beat = reader->guest_heartbeat();
  reader->set_wish({.visible = false});
  ring_guest();
  ASSERT_TRUE(wait_until([&] { return reader->guest_heartbeat() > beat; }, 5s));
  ASSERT_TRUE(wait_until([&] { return reader->guest_asleep(); }, 5s));
  demand.frames = 1;
  // The capture thread sleeps for ever now, and the control thread until it is rung.
  reader->set_wish({.visible = true});
  ring_guest();
  EXPECT_TRUE(guest->reaches(2));
}

TEST_F(PublisherDoorbell, WithoutRingsASleepingGuestFindsRequestsWithItsBeat) {
  doorbell.hearing = true;
  run();
  ASSERT_TRUE(wait_until([&] { return reader->guest_asleep(); }, 5s));
  ASSERT_TRUE(reader->send({.type = wire::ControlType::SetMode, .size = {800, 600}}));
  const std::uint64_t beat = reader->guest_heartbeat();
  ASSERT_TRUE(wait_until(
      [&] {
        const std::lock_guard lock(demand.source.mutex);
        return !demand.source.modes.empty();
      },
      5s));
  EXPECT_LE(reader->guest_heartbeat(), beat + 2);
}

TEST_F(PublisherDoorbell, ASleepingGuestWakesForItsBeatOnly) {
  doorbell.hearing = true;
  run();
  reader->set_wish({.visible = false});
  const HostTime begun = HostClock::now();
  const std::uint64_t before = reader->guest_heartbeat();
  ASSERT_TRUE(beats(10));
  const std::uint64_t beats = reader->guest_heartbeat() - before;
  const auto most = 3 + static_cast<std::uint64_t>((HostClock::now() - begun) / 90ms);
  EXPECT_LE(beats, most);
}

TEST_F(PublisherDoorbell, AFloodOfRingsDoesNotKeepTheGuestBusy) {
  doorbell.hearing = true;
  run();
  const HostTime begun = HostClock::now();
  const std::uint64_t before = reader->guest_heartbeat();
  std::atomic<bool> done{false};
  std::jthread flood([&] {
    while (!done) guest->publisher().on_doorbell();
  });
  EXPECT_TRUE(beats(500)) << "or as often as it is slow";
  done = true;
  flood.join();
  const std::uint64_t rounds = reader->guest_heartbeat() - before;
  const auto periods = 2 + static_cast<std::uint64_t>((HostClock::now() - begun) / 90ms);
  EXPECT_LE(rounds, periods * 230);
}

}  // namespace
}  // namespace pierglass::guest
