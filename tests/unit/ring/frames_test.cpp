// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;

FrameLease take(ReaderSession& reader, std::uint64_t seen = 0) {
  return std::move(reader.acquire_newest(seen).value().value());
}

TEST(Frames, ThereIsNoneBeforeTheFirstCommit) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  EXPECT_EQ(reader->newest_sequence(), 0u);
  EXPECT_FALSE(reader->acquire_newest(0).value().has_value());
  const WriteTicket ticket = guest.frames().begin(frame_info(), {}).value();
  EXPECT_FALSE(reader->acquire_newest(0).value().has_value());
  guest.frames().commit(ticket, Nanoseconds{0});
  EXPECT_EQ(reader->newest_sequence(), 1u);
  EXPECT_TRUE(reader->acquire_newest(0).value().has_value());
}

TEST(Frames, TheNewestWins) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  for (int i = 0; i < 10; ++i) publish(guest.frames());
  const FrameLease lease = take(*reader);
  EXPECT_EQ(lease.info().sequence, 10u);
  EXPECT_FALSE(reader->acquire_newest(10).value().has_value());
  EXPECT_FALSE(reader->acquire_newest(11).value().has_value());
}

TEST(Frames, CarryTheirDescriptionAndPixels) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  wire::FrameInfo info = frame_info({321, 123});
  info.format = wire::PixelFormat::Xbgr2101010;
  info.colour_space = wire::ColourSpace::Bt2020Pq;
  info.rotation = wire::Rotation::Turn90;
  info.capture_ns = 77;
  info.publish_before_ns = 78;
  info.hdr.max_luminance = 10'000'000;
  const WriteTicket ticket = guest.frames().begin(info, {}).value();
  EXPECT_GE(ticket.pixels.size(), info.bytes());
  ticket.pixels.front() = std::byte{1};
  ticket.pixels[info.bytes() - 1] = std::byte{2};
  guest.frames().commit(ticket, Nanoseconds{5});

  const FrameLease lease = take(*reader);
  EXPECT_EQ(lease.info().size, info.size);
  EXPECT_EQ(lease.info().format, info.format);
  EXPECT_EQ(lease.info().pitch, info.pitch);
  EXPECT_EQ(lease.info().rotation, info.rotation);
  EXPECT_EQ(lease.info().colour_space, info.colour_space);
  EXPECT_EQ(lease.info().capture_ns, 77u);
  EXPECT_EQ(lease.info().publish_before_ns, 78u);
  EXPECT_EQ(lease.info().hdr.max_luminance, 10'000'000u);
  EXPECT_EQ(lease.pixels().size(), info.bytes());
  EXPECT_EQ(lease.pixels().front(), std::byte{1});
  EXPECT_EQ(lease.pixels().back(), std::byte{2});
  EXPECT_TRUE(lease.intact());
}

TEST(Frames, RowsOfAStartedFrameAreSeenAsTheyComplete) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const WriteTicket ticket = guest.frames().begin(frame_info(), {}).value();
  const FrameLease lease = std::move(reader->acquire_started(0).value().value());
  EXPECT_EQ(lease.rows_complete(), 0u);
  guest.frames().rows_complete(ticket, 100);
  EXPECT_EQ(lease.rows_complete(), 100u);
  guest.frames().rows_complete(ticket, 9999);
  EXPECT_EQ(lease.rows_complete(), kSize.height);
  guest.frames().commit(ticket, Nanoseconds{0});
  EXPECT_EQ(lease.rows_complete(), kSize.height);
  EXPECT_TRUE(lease.intact());
}

TEST(Frames, AnAbortedFrameIsNeverShownAndTheLastOneStays) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const WriteTicket ticket = guest.frames().begin(frame_info(), {}).value();
  const FrameLease started = std::move(reader->acquire_started(1).value().value());
  EXPECT_TRUE(started.intact());
  guest.frames().abort(ticket);
  EXPECT_FALSE(started.intact());
  EXPECT_EQ(guest.frames().slot_content(ticket.slot), 0u);
  EXPECT_FALSE(reader->acquire_started(1).value().has_value());
  EXPECT_EQ(reader->acquire_started(0).value()->info().sequence, 1u);
  EXPECT_EQ(take(*reader).info().sequence, 1u);
  EXPECT_GT(publish(guest.frames()), ticket.sequence);
}

TEST(Frames, AFrameBegunTwiceGivesTheFirstUp) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const WriteTicket first = guest.frames().begin(frame_info(), {}).value();
  const FrameLease lease = std::move(reader->acquire_started(0).value().value());
  const WriteTicket second = guest.frames().begin(frame_info(), {}).value();
  EXPECT_FALSE(lease.intact());
  EXPECT_NE(first.slot, second.slot);
  guest.frames().commit(second, Nanoseconds{0});
  EXPECT_EQ(take(*reader).info().sequence, second.sequence);
}

TEST(Frames, TheSlotFilledLastIsWrittenFirst) {
  Region region;
  GuestSession guest = region.guest();
  publish(guest.frames());
  publish(guest.frames());
  const WriteTicket third = guest.frames().begin(frame_info(), {}).value();
  EXPECT_EQ(guest.frames().slot_content(third.slot), 1u);
  guest.frames().commit(third, Nanoseconds{0});
  EXPECT_EQ(guest.frames().slot_content(third.slot), 3u);
  const WriteTicket fourth = guest.frames().begin(frame_info(), {}).value();
  EXPECT_EQ(guest.frames().slot_content(fourth.slot), 2u);
}

TEST(Frames, ABadPictureIsRefusedInWords) {
  Region region;
  GuestSession guest = region.guest();
  const auto code = [&](const wire::FrameInfo& info) {
    return guest.frames().begin(info, {}).error().code;
  };
  EXPECT_EQ(code(frame_info({0, 10})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(frame_info({10, 0})), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(frame_info({20000, 10})), ErrorCode::InvalidArgument);
  wire::FrameInfo odd = frame_info();
  odd.pitch += 1;
  EXPECT_EQ(code(odd), ErrorCode::InvalidArgument);
  odd.pitch = 256;
  EXPECT_EQ(code(odd), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(frame_info({3840, 2160})), ErrorCode::TooLarge);
}

TEST(Leases, AHeldSlotIsNotOverwritten) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const FrameLease lease = take(*reader);
  for (int i = 0; i < 100; ++i) {
    const WriteTicket ticket = guest.frames().begin(frame_info(), {}).value();
    EXPECT_NE(ticket.pixels.data(), lease.pixels().data());
    guest.frames().commit(ticket, Nanoseconds{0});
    EXPECT_TRUE(lease.intact());
  }
}

TEST(Leases, AGivenBackSlotIsUsedAgain) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto a = region.reader(1);
  const auto b = region.reader(2);
  publish(guest.frames());
  std::optional<FrameLease> first = take(*a);
  publish(guest.frames());
  const FrameLease second = take(*b);
  publish(guest.frames());
  const auto blocked = guest.frames().begin(frame_info(), {});
  ASSERT_FALSE(blocked);
  EXPECT_EQ(blocked.error().code, ErrorCode::Busy);
  EXPECT_EQ(a->newest_sequence(), 3u) << "a busy guest publishes nothing";
  first.reset();
  EXPECT_EQ(publish(guest.frames()), 4u);
  EXPECT_TRUE(second.intact());
}

TEST(Leases, TwoOfOneSlotAreCounted) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  std::optional<FrameLease> one = take(*reader);
  std::optional<FrameLease> two = take(*reader);
  EXPECT_EQ(one->pixels().data(), two->pixels().data());
  one.reset();
  for (int i = 0; i < 10; ++i) publish(guest.frames());
  EXPECT_TRUE(two->intact());
  two.reset();
  EXPECT_TRUE(reader->acquire_newest(0).value().has_value());
}

TEST(Leases, MovingOneGivesTheOverwrittenOneBack) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  FrameLease lease = take(*reader);
  for (int i = 0; i < 20; ++i) {
    publish(guest.frames());
    lease = take(*reader);
    EXPECT_TRUE(lease.intact());
  }
}

TEST(Leases, EightReadersHoldDifferentFramesAtOnce) {
  Region region({.slot_count = 10});
  GuestSession guest = region.guest();
  std::vector<std::unique_ptr<ReaderSession>> readers;
  for (std::uint64_t i = 0; i < 8; ++i) readers.push_back(region.reader(0x77 + i));
  EXPECT_EQ(ReaderSession::attach(region.span(), 0x99).error().code, ErrorCode::Busy);
  {
    std::vector<FrameLease> leases;
    for (std::uint64_t i = 1; i <= 8; ++i) {
      publish(guest.frames());
      leases.push_back(take(*readers[i - 1]));
    }
    for (int i = 0; i < 50; ++i) publish(guest.frames());
    for (std::uint64_t i = 1; i <= 8; ++i) {
      EXPECT_EQ(leases[i - 1].info().sequence, i);
      EXPECT_TRUE(leases[i - 1].intact());
    }
  }
  readers.erase(readers.begin());
  EXPECT_TRUE(ReaderSession::attach(region.span(), 0x99));
}

TEST(HostileGuest, ATicketOutsideTheSlotsIsCorrupt) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const auto ticket = region.word<std::uint64_t>(guest.layout().frames_offset +
                                                 offsetof(wire::RawFramesHeader, newest_complete));
  ticket.store(wire::make_ticket(5, 200));
  EXPECT_EQ(reader->acquire_newest(0).error().code, ErrorCode::Corrupt);
  EXPECT_FALSE(reader->acquire_newest(reader->newest_sequence()).value().has_value());
}

TEST(HostileGuest, ATicketForASlotThatHoldsSomethingElseGivesNothing) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  region
      .word<std::uint64_t>(guest.layout().frames_offset +
                           offsetof(wire::RawFramesHeader, newest_complete))
      .store(wire::make_ticket(500, 1));
  EXPECT_FALSE(reader->acquire_newest(0).value().has_value());
  EXPECT_EQ(
      region.word<std::uint32_t>(guest.layout().reader_at(0) + offsetof(wire::RawReader, held)) &
          0xffff,
      0u)
      << "nothing stays held";
}

TEST(HostileGuest, ANonsenseRecordIsCorruptAndHoldsNothing) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  region
      .word<std::uint32_t>(guest.layout().record_at(0) + offsetof(wire::RawFrameRecord, info) +
                           offsetof(wire::RawFrameInfo, width))
      .store(0);
  EXPECT_EQ(reader->acquire_newest(0).error().code, ErrorCode::Corrupt);
  for (int i = 0; i < 10; ++i) publish(guest.frames());
  EXPECT_TRUE(reader->acquire_newest(0).value().has_value());
}

TEST(HostileGuest, ARewrittenHoldWordIsRepaired) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const auto held =
      region.word<std::uint32_t>(guest.layout().reader_at(0) + offsetof(wire::RawReader, held));
  publish(guest.frames());
  const FrameLease first = take(*reader);
  held.store(0xdead0000);
  publish(guest.frames());
  const FrameLease second = take(*reader);
  EXPECT_TRUE(second.intact());
  EXPECT_EQ(std::popcount(held.load() & 0xffffu), 2);
}

}  // namespace
}  // namespace pierglass::ring
