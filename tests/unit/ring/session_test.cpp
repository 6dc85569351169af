// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr Nanoseconds kJustDead = GuestSession::kReaderTimeout + 1ms;

TEST(Session, AReaderWaitsForTheGuest) {
  Region region;
  EXPECT_EQ(ReaderSession::attach(region.span(), 1).error().code, ErrorCode::NotReady);
  const GuestSession guest = region.guest();
  EXPECT_TRUE(ReaderSession::attach(region.span(), 1));
}

TEST(Session, NeedsARandomNumberOnBothSides) {
  Region region;
  EXPECT_EQ(GuestSession::create(region.span(), {}, 0).error().code, ErrorCode::InvalidArgument);
  const GuestSession guest = region.guest();
  EXPECT_EQ(ReaderSession::attach(region.span(), 0).error().code, ErrorCode::InvalidArgument);
}

TEST(Session, EndsWithTheGuest) {
  Region region;
  std::optional<GuestSession> guest(region.guest());
  const auto reader = region.reader();
  EXPECT_TRUE(reader->current());
  guest.reset();
  EXPECT_FALSE(reader->current());
  EXPECT_EQ(reader->guest_state(), wire::GuestState::Stopping);
  EXPECT_EQ(reader->beat().error().code, ErrorCode::Stale);
  EXPECT_EQ(reader->acquire_newest(0).error().code, ErrorCode::Stale);
  EXPECT_EQ(ReaderSession::attach(region.span(), 2).error().code, ErrorCode::NotReady);
}

TEST(Session, AMovedGuestEndsItOnce) {
  Region region;
  GuestSession first = region.guest();
  publish(first.frames());
  {
    GuestSession second(std::move(first));
    const auto reader = region.reader();
    EXPECT_EQ(publish(second.frames()), 2u);
    EXPECT_EQ(reader->newest_sequence(), 2u);
  }
  EXPECT_EQ(ReaderSession::attach(region.span(), 2).error().code, ErrorCode::NotReady);
}

TEST(Session, ANewOneIsNoticedAndItsFramesAreNotTakenForTheOld) {
  Region region;
  GuestSession first = region.guest(1);
  const auto reader = region.reader();
  publish(first.frames());
  const FrameLease lease = std::move(reader->acquire_newest(0).value().value());
  GuestSession second = region.guest(2);
  publish(second.frames());
  EXPECT_FALSE(lease.intact()) << "same slot, same sequence, other session";
  EXPECT_FALSE(reader->current());
  EXPECT_EQ(reader->acquire_newest(0).error().code, ErrorCode::Stale);
  const auto again = region.reader();
  EXPECT_EQ(again->acquire_newest(0).value()->info().sequence, 1u);
}

TEST(Session, AnOldReadersLeavingDoesNotDisturbTheNew) {
  Region region;
  GuestSession first = region.guest(1);
  auto old = region.reader(7);
  GuestSession second = region.guest(2);
  const auto reader = region.reader(8);
  old.reset();
  publish(second.frames());
  EXPECT_TRUE(reader->beat());
  EXPECT_EQ(second.demand().readers, 1u);
}

TEST(Session, TheGuestsHeartbeatAndStateAreSeen) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const std::uint64_t before = reader->guest_heartbeat();
  guest.beat();
  EXPECT_NE(reader->guest_heartbeat(), before);
  guest.set_state(wire::GuestState::Paused);
  EXPECT_EQ(reader->guest_state(), wire::GuestState::Paused);
}

TEST(Readers, ASilentOneIsRetiredAndItsSlotsAreFreed) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto dead = region.reader(1);
  const auto live = region.reader(2);
  publish(guest.frames());
  const FrameLease one = std::move(dead->acquire_newest(0).value().value());
  publish(guest.frames());
  const FrameLease two = std::move(live->acquire_newest(0).value().value());
  publish(guest.frames());
  EXPECT_FALSE(guest.frames().begin(frame_info(), {}));

  EXPECT_EQ(guest.retire_dead_readers(kStart), 0u);
  ASSERT_TRUE(live->beat());
  EXPECT_EQ(guest.retire_dead_readers(kStart + 1s), 0u);
  EXPECT_EQ(guest.retire_dead_readers(kStart + kJustDead), 1u);
  EXPECT_EQ(guest.demand().readers, 1u);
  publish(guest.frames());
  EXPECT_FALSE(one.intact());
  EXPECT_TRUE(two.intact());
}

TEST(Readers, AFrozenOneNoticesAndComesBack) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  guest.retire_dead_readers(kStart);
  EXPECT_EQ(guest.retire_dead_readers(kStart + kJustDead), 1u);
  EXPECT_EQ(guest.demand().readers, 0u);
  EXPECT_TRUE(reader->beat());
  EXPECT_EQ(guest.demand().readers, 1u);
  EXPECT_EQ(guest.retire_dead_readers(kStart + kJustDead + 1s), 0u);

  EXPECT_EQ(guest.retire_dead_readers(kStart + 20s), 1u);
  publish(guest.frames());
  EXPECT_TRUE(reader->acquire_newest(0).value().has_value()) << "acquiring also comes back";
  EXPECT_EQ(guest.demand().readers, 1u);
}

TEST(Readers, AFrozenOneThatLostItsBlockToAnotherTakesNoneOfItsSlots) {
  Region region({.reader_count = 2});
  GuestSession guest = region.guest();
  const auto frozen = region.reader(0x1'0001);
  publish(guest.frames());
  std::optional<FrameLease> stale(std::move(frozen->acquire_newest(0).value().value()));
  guest.retire_dead_readers(kStart);
  guest.retire_dead_readers(kStart + kJustDead);
  const auto heir = region.reader(0x2'0002);
  const FrameLease lease = std::move(heir->acquire_newest(0).value().value());
  EXPECT_EQ(lease.pixels().data(), stale->pixels().data());
  stale.reset();
  for (int i = 0; i < 10; ++i) publish(guest.frames());
  EXPECT_TRUE(lease.intact()) << "the bit in the block is the heir's";
  EXPECT_TRUE(frozen->beat());
  EXPECT_EQ(guest.demand().readers, 2u);
}

TEST(Readers, AFrozenOneIsToldWhenThereIsNoRoomAnyMore) {
  Region region({.reader_count = 1});
  GuestSession guest = region.guest();
  const auto frozen = region.reader(1);
  guest.retire_dead_readers(kStart);
  guest.retire_dead_readers(kStart + kJustDead);
  auto heir = region.reader(2);
  publish(guest.frames());
  EXPECT_EQ(frozen->beat().error().code, ErrorCode::Busy);
  EXPECT_EQ(frozen->acquire_newest(0).error().code, ErrorCode::Busy);
  heir.reset();
  EXPECT_TRUE(frozen->beat());
}

TEST(Readers, TheirWishesAddUp) {
  Region region;
  GuestSession guest = region.guest();
  const auto a = region.reader(1);
  const auto b = region.reader(2);
  EXPECT_EQ(guest.demand().visible, 2u);
  EXPECT_EQ(guest.demand().max_millihertz, 0u) << "as fast as frames come";
  a->set_wish({.millihertz = 60'000});
  EXPECT_EQ(guest.demand().max_millihertz, 0u);
  b->set_wish({.millihertz = 30'000});
  EXPECT_EQ(guest.demand().max_millihertz, 60'000u);
  a->set_wish({.visible = false, .millihertz = 60'000});
  EXPECT_EQ(guest.demand().visible, 1u);
  EXPECT_EQ(guest.demand().max_millihertz, 30'000u);
}

TEST(Readers, AWishOutlivesALostBlock) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  reader->set_wish({.size = {800, 600}, .millihertz = 75'000});
  guest.retire_dead_readers(kStart);
  guest.retire_dead_readers(kStart + kJustDead);
  ASSERT_TRUE(reader->beat());
  EXPECT_EQ(guest.demand().max_millihertz, 75'000u);
  const std::uint64_t block = guest.layout().reader_at(0);
  EXPECT_EQ(region.word<std::uint32_t>(block + offsetof(wire::RawReader, wanted_width)), 800u);
  EXPECT_EQ(region.word<std::uint32_t>(block + offsetof(wire::RawReader, wanted_height)), 600u);
}

TEST(Readers, TheLatchIsAnnouncedWithAGrowingSerial) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const std::uint64_t block = guest.layout().reader_at(0);
  const auto serial = region.word<std::uint32_t>(block + offsetof(wire::RawReader, latch_serial));
  const std::uint32_t before = serial.load();
  reader->announce_latch(3ms);
  EXPECT_EQ(serial.load(), before + 1);
  EXPECT_EQ(region.word<std::uint64_t>(block + offsetof(wire::RawReader, latch_in_ns)), 3'000'000u);
}

TEST(Readers, LatchesAreThoseOfReadersThatLook) {
  Region region;
  GuestSession guest = region.guest();
  EXPECT_EQ(guest.latches(), LatchNotes{});
  const auto a = region.reader(1);
  const auto b = region.reader(2);
  b->announce_latch(5ms);
  const LatchNotes before = guest.latches();
  EXPECT_EQ(before[0].token, 1u);
  EXPECT_EQ(before[0].in, Nanoseconds::zero());
  EXPECT_EQ(before[1].token, 2u);
  EXPECT_EQ(before[1].in, 5ms);
  a->announce_latch(7ms);
  b->set_wish({.visible = false});
  const LatchNotes after = guest.latches();
  EXPECT_EQ(after[0].in, 7ms);
  EXPECT_EQ(after[0].serial, before[0].serial + 1);
  EXPECT_EQ(after[1], LatchNote{}) << "nobody looks there";
}

TEST(Readers, ALatchThatIsNonsenseIsNone) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const auto word = region.word<std::uint64_t>(guest.layout().reader_at(0) +
                                               offsetof(wire::RawReader, latch_in_ns));
  const auto longest = static_cast<std::uint64_t>(LatchNote::kLongest.count());
  word = longest;
  EXPECT_EQ(guest.latches()[0].in, LatchNote::kLongest);
  for (const std::uint64_t nonsense :
       {longest + 1, std::uint64_t{1} << 63, (std::uint64_t{1} << 63) - 1, ~std::uint64_t{0}}) {
    word = nonsense;
    EXPECT_EQ(guest.latches()[0].in, Nanoseconds::zero()) << nonsense;
  }
}

}  // namespace
}  // namespace pierglass::ring
