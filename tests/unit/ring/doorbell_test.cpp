// SPDX-License-Identifier: GPL-2.0-or-later
// Who sleeps, who is rung, who is rung again and who is given up, with time in the test's hands.
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr Nanoseconds kBeat = 100ms;
constexpr DoorbellAddress kGuest{.peer = 3, .vector = 0};
constexpr DoorbellAddress kAlice{.peer = 5, .vector = 1};
constexpr DoorbellAddress kBob{.peer = 6, .vector = 0};
using Addresses = std::vector<DoorbellAddress>;

Addresses all(const DoorbellList& list) {
  return {list.begin(), list.end()};
}

class Doorbells : public testing::Test {
 protected:
  Doorbells() { guest_.set_doorbell(kGuest); }

  std::unique_ptr<ReaderSession> join(DoorbellAddress own, std::uint64_t token = 0x1001) {
    return ReaderSession::attach(region_.span(), token, own).value();
  }
  // As a reader does that has dealt with everything.
  static bool sleep(ReaderSession& reader) { return reader.fall_asleep(reader.look()); }

  std::uint32_t flags(std::uint32_t block = 0) {
    return region_.word<std::uint32_t>(guest_.layout().reader_at(block) +
                                       offsetof(wire::RawReader, flags));
  }
  // Looks at the readers each beat, as a guest does, up to and with `until`; who is rung again?
  Addresses keep_house(HostTime until) {
    Addresses rung;
    for (; now_ <= until; now_ += kBeat) {
      retired_ += guest_.retire_dead_readers(now_);
      for (const DoorbellAddress& address : guest_.unanswered(now_)) rung.push_back(address);
    }
    return rung;
  }

  Region region_{{.reader_count = 2}};
  GuestSession guest_ = region_.guest();
  HostTime now_ = kStart;
  std::uint32_t retired_ = 0;
};

TEST_F(Doorbells, EachSideFindsTheOthersAddress) {
  const auto reader = join(kAlice);
  EXPECT_EQ(reader->guest_doorbell(), kGuest);
  EXPECT_TRUE(sleep(*reader));
  EXPECT_EQ(all(guest_.sleepers()), Addresses{kAlice});
  reader->set_doorbell(kBob);
  EXPECT_EQ(all(guest_.sleepers()), Addresses{kBob});
  guest_.set_doorbell({});
  EXPECT_FALSE(reader->guest_doorbell().reachable());
}

TEST_F(Doorbells, NobodyIsRungWhoIsAwake) {
  const auto reader = join(kAlice);
  EXPECT_TRUE(guest_.sleepers().empty());
  ASSERT_TRUE(sleep(*reader));
  EXPECT_EQ(guest_.sleepers().size(), 1u);
  EXPECT_TRUE(reader->wake_up());
  EXPECT_TRUE(guest_.sleepers().empty());
  EXPECT_TRUE(guest_.unanswered(kStart).empty());
}

TEST_F(Doorbells, AReaderWithoutAnAddressDoesNotFallAsleep) {
  const auto reader = join({});
  EXPECT_FALSE(sleep(*reader));
  EXPECT_EQ(flags(), wire::kReaderVisible);
}

TEST_F(Doorbells, WhereTheGuestDoesNotRingNobodyFallsAsleep) {
  const auto reader = join(kAlice);
  guest_.set_doorbell({});
  EXPECT_FALSE(sleep(*reader));
  EXPECT_EQ(flags(), wire::kReaderVisible);
}

TEST_F(Doorbells, NewsSinceTheLookKeepsAReaderAwake) {
  const auto reader = join(kAlice);
  const auto kept_awake_by = [&](auto&& publish) {
    const News seen = reader->look();
    publish();
    return !reader->fall_asleep(seen) && flags() == wire::kReaderVisible && sleep(*reader) &&
           reader->wake_up();
  };
  EXPECT_TRUE(kept_awake_by([&] { publish(guest_.frames()); }));
  EXPECT_TRUE(kept_awake_by([&] { guest_.cursor().move({.position = {1, 2}, .visible = true}); }));
  EXPECT_TRUE(kept_awake_by([&] {
    const wire::ShapeInfo shape{.type = wire::CursorType::Colour, .size = {8, 8}, .pitch = 32};
    EXPECT_TRUE(guest_.cursor().set_shape(shape, std::vector(shape.bytes(), std::byte{1})));
  }));
  EXPECT_TRUE(kept_awake_by([&] { guest_.set_state(wire::GuestState::Paused); }));
}

TEST_F(Doorbells, TheCursorsSerialIsWhatALookShows) {
  const auto reader = join(kAlice);
  guest_.cursor().move({.position = {1, 2}, .visible = true});
  const std::uint32_t serial = reader->cursor().value().serial;
  EXPECT_EQ(reader->look().cursor, serial);
  guest_.cursor().move({.position = {1, 3}, .visible = true});
  EXPECT_NE(reader->look().cursor, serial);
}

TEST_F(Doorbells, AnEndedSessionKeepsAReaderAwakeAndRingsIt) {
  const auto reader = join(kAlice);
  const News seen = reader->look();
  EXPECT_EQ(all(guest_.end()), Addresses{kAlice}) << "asleep or about to be";
  EXPECT_FALSE(guest_.current());
  EXPECT_FALSE(reader->fall_asleep(seen));
  EXPECT_EQ(reader->wake_up().error().code, ErrorCode::Stale);
  EXPECT_TRUE(guest_.end().empty()) << "only once";
}

TEST_F(Doorbells, AGuestThatWasReplacedRingsNobodyAtItsEnd) {
  const GuestSession successor = region_.guest(kSession + 1);
  const auto reader = join(kAlice);
  EXPECT_TRUE(guest_.end().empty());
  EXPECT_TRUE(successor.current());
}

TEST_F(Doorbells, ANewSessionKnowsTheReadersOfTheOneBefore) {
  const auto alice = join(kAlice, 1);
  const auto bob = join(kBob, 2);
  ASSERT_TRUE(sleep(*bob));
  GuestSession successor = region_.guest(kSession + 1);
  EXPECT_EQ(all(successor.former_readers()), (Addresses{kAlice, kBob}));
  const GuestSession moved(std::move(successor));
  EXPECT_EQ(all(moved.former_readers()), (Addresses{kAlice, kBob}));
  EXPECT_TRUE(guest_.former_readers().empty()) << "the region was fresh";
}

TEST_F(Doorbells, WhoIsVisibleAndWhoSleepsAreToldApart) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  reader->set_wish({.visible = false});
  EXPECT_EQ(flags(), wire::kReaderAsleep);
  reader->set_wish({.visible = true});
  EXPECT_EQ(flags(), wire::kReaderAsleep | wire::kReaderVisible);
  EXPECT_EQ(guest_.demand().visible, 1u) << "a sleeper may look at a picture that stands still";
  EXPECT_TRUE(reader->wake_up());
  EXPECT_EQ(flags(), wire::kReaderVisible);
}

TEST_F(Doorbells, ASleeperIsGreetedOnceAndNeedNotAnswer) {
  const auto reader = join(kAlice);
  EXPECT_TRUE(keep_house(kStart + 1s).empty()) << "it does not sleep";
  ASSERT_TRUE(sleep(*reader));
  EXPECT_EQ(keep_house(now_ + 1h), Addresses{kAlice});
  EXPECT_EQ(retired_, 0u);
  ASSERT_TRUE(reader->wake_up());
  ASSERT_TRUE(sleep(*reader));
  EXPECT_TRUE(keep_house(now_ + 1min).empty());
}

TEST_F(Doorbells, ASleeperThatNobodyRingsDoesNotAge) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  EXPECT_EQ(keep_house(kStart + 1h), Addresses{kAlice}) << "that was its greeting";
  EXPECT_EQ(retired_, 0u);
  EXPECT_EQ(guest_.demand().readers, 1u);
}

TEST_F(Doorbells, ARingThatIsAnsweredIsNotRepeated) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  keep_house(kStart + 1s);
  EXPECT_EQ(guest_.sleepers().size(), 1u);
  ASSERT_TRUE(reader->wake_up());
  ASSERT_TRUE(sleep(*reader));
  EXPECT_TRUE(keep_house(kStart + 1min).empty());
  EXPECT_EQ(retired_, 0u);
}

TEST_F(Doorbells, ALostRingIsRepeatedWithTheNextBeat) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  keep_house(kStart + 1s);
  EXPECT_EQ(guest_.sleepers().size(), 1u);
  EXPECT_EQ(keep_house(now_), Addresses{kAlice});
  EXPECT_EQ(keep_house(now_), Addresses{kAlice}) << "this one was lost as well";
  ASSERT_TRUE(reader->wake_up());
  EXPECT_TRUE(keep_house(now_).empty());
}

TEST_F(Doorbells, ASleeperThatDoesNotAnswerIsGivenUpAndRungOnceMore) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  keep_house(kStart + 10s);
  EXPECT_EQ(guest_.sleepers().size(), 1u);
  keep_house(now_ + GuestSession::kReaderTimeout - kBeat);
  EXPECT_EQ(retired_, 0u) << "two seconds from the first ring, not from the last beat";
  EXPECT_EQ(keep_house(now_), Addresses{kAlice}) << "it may only have been frozen";
  EXPECT_EQ(retired_, 1u);
  EXPECT_TRUE(keep_house(now_ + 1min).empty()) << "but that is the end of it";

  EXPECT_TRUE(reader->wake_up()) << "it comes back with another block";
  EXPECT_EQ(guest_.demand().readers, 1u);
}

TEST_F(Doorbells, ASleeperWhoseHeartbeatWentBackAgesAsAnyOther) {
  for (const std::uint64_t back : {std::uint64_t{1}, std::uint64_t{1000}}) {
    const auto reader = join(kAlice, 0x1001 + back);
    const std::uint32_t before = retired_;
    ASSERT_TRUE(sleep(*reader));
    EXPECT_EQ(guest_.sleepers().size(), 1u);
    region_.word<std::uint64_t>(guest_.layout().reader_at(0) +
                                offsetof(wire::RawReader, heartbeat)) -= back;
    EXPECT_EQ(guest_.sleepers().size(), 1u);
    keep_house(now_ + GuestSession::kReaderTimeout + 2 * kBeat);
    EXPECT_EQ(retired_, before + 1) << back;
    EXPECT_EQ(guest_.demand().readers, 0u);
  }
}

TEST_F(Doorbells, ASleeperWithoutAnAddressAges) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  reader->set_doorbell({});
  keep_house(kStart + GuestSession::kReaderTimeout + kBeat);
  EXPECT_EQ(retired_, 1u);
}

TEST_F(Doorbells, BesideAGuestThatRingsNobodyASleeperAges) {
  const auto reader = join(kAlice);
  ASSERT_TRUE(sleep(*reader));
  guest_.set_doorbell({});
  EXPECT_TRUE(guest_.sleepers().empty());
  keep_house(kStart + GuestSession::kReaderTimeout + kBeat);
  EXPECT_EQ(retired_, 1u);
}

TEST_F(Doorbells, WhenAllBlocksAreTakenSleepersMustShowThatTheyLive) {
  const auto alive = join(kAlice, 1);
  const auto dead = join(kBob, 2);
  ASSERT_TRUE(sleep(*alive));
  ASSERT_TRUE(sleep(*dead));
  int rung_alive = 0;
  while (retired_ == 0 && now_ < kStart + 10s) {
    for (const DoorbellAddress& address : keep_house(now_)) {
      if (address != kAlice) continue;
      ++rung_alive;
      ASSERT_TRUE(alive->wake_up());
      ASSERT_TRUE(sleep(*alive));
    }
  }
  EXPECT_EQ(retired_, 1u);
  EXPECT_LE(now_ - kStart, 2 * GuestSession::kReaderTimeout + 3 * kBeat);
  EXPECT_LE(rung_alive, 2) << "once in two seconds is enough";
  EXPECT_TRUE(alive->wake_up());
  EXPECT_EQ(guest_.demand().readers, 1u);
}

TEST_F(Doorbells, AnHeirIsNotTakenForTheReaderThatWasRung) {
  auto first = join(kAlice, 1);
  ASSERT_TRUE(sleep(*first));
  EXPECT_EQ(guest_.sleepers().size(), 1u);
  first.reset();
  const auto heir = join(kBob, 2);
  EXPECT_TRUE(heir->wake_up());  // the same heartbeat, were it not for the token
  ASSERT_TRUE(sleep(*heir));
  EXPECT_EQ(keep_house(kStart + 1min), Addresses{kBob}) << "its greeting, and no repetition";
  EXPECT_EQ(guest_.demand().readers, 1u);
}

TEST_F(Doorbells, TheGuestIsRungOnlyWhileItSleeps) {
  const auto reader = join(kAlice);
  EXPECT_FALSE(reader->guest_asleep());
  guest_.set_asleep(true);
  EXPECT_TRUE(reader->guest_asleep());
  guest_.set_asleep(false);
  EXPECT_FALSE(reader->guest_asleep());
}

TEST_F(Doorbells, AWaitingRequestKeepsTheGuestAwake) {
  const auto reader = join(kAlice);
  EXPECT_FALSE(guest_.control_waits());
  ASSERT_TRUE(reader->send({.type = wire::ControlType::SetCapture, .run = true}));
  EXPECT_TRUE(guest_.control_waits());
  EXPECT_TRUE(guest_.next_control());
  EXPECT_FALSE(guest_.control_waits());
}

TEST_F(Doorbells, AListTakesWhatCanBeRungAndNoMoreThanItHolds) {
  DoorbellList list;
  list.add({});
  EXPECT_TRUE(list.empty());
  for (std::uint32_t i = 0; i < 2 * wire::kMaxReaders; ++i) list.add({.peer = i, .vector = 0});
  EXPECT_EQ(list.size(), wire::kMaxReaders);
}

}  // namespace
}  // namespace pierglass::ring
