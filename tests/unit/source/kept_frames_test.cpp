// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that are kept for somebody who reads them where they lie.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"
#include "source/region_source.hpp"

namespace pierglass::source {
namespace {

constexpr std::uint64_t kMemoryBytes = 16 * 1024 * 1024;
constexpr Size kSize{64, 48};

class Kept : public testing::Test {
 protected:
  explicit Kept(std::uint32_t slots = 4) : slots_(slots) {
    Fd file(memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(ftruncate(file.get(), kMemoryBytes), 0);
    EXPECT_EQ(fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
    guest_memory_ = shm::map_fd(file.get()).value();
    start_guest(1);
    shm::SharedMemory memory = shm::map_fd(file.get()).value();
    file_ = file.get();
    source_ = RegionSource::over(WatchedMemory::over(std::move(memory), std::move(file)));
    tick();
  }
  void start_guest(std::uint64_t session) {
    guest_.reset();
    guest_.emplace(ring::GuestSession::create(guest_memory_.bytes(),
                                              {.slot_count = slots_, .reader_count = 4}, session)
                       .value());
  }
  void tick() {
    guest_->beat();
    now_ += std::chrono::milliseconds(100);
    EXPECT_EQ(source_->tick(now_), GuestStatus::Live);
  }
  // False: every slot is held.
  bool publish(const Rect& damage = full_rect(kSize)) {
    wire::FrameInfo info;
    info.size = kSize;
    info.pitch = wire::pitch_for(kSize.width, info.format);
    auto ticket = guest_->frames().begin(info, {&damage, 1});
    if (!ticket) return false;
    std::memset(ticket->pixels.data(), static_cast<int>(ticket->sequence), info.bytes());
    guest_->frames().commit(*ticket, Nanoseconds(1));
    return true;
  }
  HeldFrame acquire() { return source_->acquire().value(); }

  std::uint32_t slots_;
  int file_ = -1;  // the first source's
  shm::SharedMemory guest_memory_;
  std::optional<ring::GuestSession> guest_;
  std::unique_ptr<RegionSource> source_;
  HostTime now_ = HostClock::now();
};

class KeptOfThreeSlots : public Kept {
 protected:
  KeptOfThreeSlots() : Kept(wire::kMinSlots) {}
};

TEST_F(Kept, FramesAreNotOverwrittenAndTheNextOnesDamageCountsFromThere) {
  ASSERT_TRUE(publish());
  HeldFrame first = acquire();
  ASSERT_TRUE(first.keep());
  EXPECT_FALSE(source_->has_new_frame());
  const std::byte* pixels = first.image().data;
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(publish({1, 2, 3, 4}));
  EXPECT_EQ(*pixels, std::byte{1});
  EXPECT_EQ(first.rows_ready(), kSize.height);
  HeldFrame last = acquire();
  EXPECT_EQ(last.info().sequence, 9U);
  EXPECT_EQ(last.damage().bounds(), (Rect{1, 2, 3, 4}));
  EXPECT_TRUE(last.finish());
}

TEST_F(Kept, FramesAreTwoAndOneMoreIsReadBesideThem) {
  ASSERT_TRUE(publish());
  HeldFrame first = acquire();
  ASSERT_TRUE(first.keep());
  ASSERT_TRUE(publish());
  std::optional<HeldFrame> second(acquire());
  EXPECT_FALSE(source_->has_new_frame()) << "one is out that is neither finished nor kept";
  ASSERT_TRUE(second->keep());
  ASSERT_TRUE(publish());
  {
    HeldFrame third = acquire();
    EXPECT_FALSE(third.keep());
    EXPECT_TRUE(third.finish());
  }
  ASSERT_TRUE(publish());
  second.reset();
  HeldFrame fourth = acquire();
  EXPECT_TRUE(fourth.keep());
  EXPECT_EQ(*first.image().data, std::byte{1});
}

TEST_F(KeptOfThreeSlots, FramesLeaveTheGuestOneToWrite) {
  ASSERT_TRUE(publish());
  HeldFrame first = acquire();
  ASSERT_TRUE(first.keep());
  ASSERT_TRUE(publish());
  HeldFrame second = acquire();
  ASSERT_TRUE(second.keep());
  ASSERT_TRUE(publish());
  HeldFrame third = acquire();
  EXPECT_EQ(third.info().sequence, 3U);
  EXPECT_FALSE(publish()) << "until one of them is given back";
}

TEST_F(Kept, FramesTellWhereTheyLie) {
  ASSERT_TRUE(publish());
  HeldFrame frame = acquire();
  ASSERT_TRUE(frame.memory());
  const pixel::SlotMemory& memory = *frame.memory();
  EXPECT_EQ(memory.bytes, kMemoryBytes);
  EXPECT_FALSE(memory.may_shrink);
  std::byte pixel{};
  ASSERT_EQ(pread(memory.fd, &pixel, 1, static_cast<off_t>(memory.offset)), 1);
  EXPECT_EQ(pixel, std::byte{1});
  ASSERT_TRUE(frame.keep());
  ASSERT_TRUE(publish());
  HeldFrame next = acquire();
  EXPECT_EQ(next.memory()->mapping, memory.mapping);
  EXPECT_NE(next.memory()->slot, memory.slot);
}

// What stands for a dma-buf is the memory's own file here, in which the picture is found.
TEST_F(Kept, FramesOfferTheirSlotAsADmaBuf) {
  const LazySlotBuffers::Maker maker{
      .create = [](int memory, shm::DmaBufWindow) -> shm::DmaBuf { return Fd(dup(memory)); },
      .gives_whole_memory = true};
  Fd file(dup(file_));
  shm::SharedMemory memory = shm::map_fd(file.get()).value();
  source_ =
      RegionSource::over(WatchedMemory::over(std::move(memory), std::move(file)), nullptr, maker);
  tick();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(publish());
    HeldFrame frame = acquire();
    ASSERT_NE(frame.memory()->dma_bufs, nullptr);
    const auto buffer = frame.memory()->dma_bufs->find(frame.memory()->slot);
    ASSERT_TRUE(buffer) << buffer.error();
    EXPECT_EQ(buffer->offset, frame.memory()->offset);
    std::byte pixel{};
    ASSERT_EQ(pread(buffer->fd, &pixel, 1, static_cast<off_t>(buffer->offset)), 1);
    EXPECT_EQ(pixel, *frame.image().data);
    EXPECT_TRUE(frame.finish());
  }
}

TEST_F(Kept, FramesOfASessionThatEndedAreNobodysAndTheNextSessionIsAnotherMapping) {
  ASSERT_TRUE(publish());
  HeldFrame old = acquire();
  ASSERT_TRUE(old.keep());
  start_guest(2);
  tick();
  tick();
  EXPECT_EQ(old.rows_ready(), 0U);
  ASSERT_TRUE(publish());
  HeldFrame first = acquire();
  ASSERT_TRUE(first.keep());
  EXPECT_NE(first.memory()->mapping, old.memory()->mapping);
  {
    const HeldFrame gone(std::move(old));
  }
  EXPECT_EQ(first.rows_ready(), kSize.height) << "giving the old one back is not this one's end";
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(publish());
  EXPECT_EQ(*first.image().data, std::byte{1});
}

TEST_F(Kept, FramesThatWereOverwrittenAreNotKept) {
  ASSERT_TRUE(publish());
  HeldFrame frame = acquire();
  start_guest(2);
  EXPECT_FALSE(frame.keep());
}

}  // namespace
}  // namespace pierglass::source
