// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/slot_buffers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <vector>

#include "wire/build.hpp"

namespace pierglass::source {
namespace {

using shm::DmaBuf;
using shm::DmaBufCause;
using shm::DmaBufRefusal;
using shm::DmaBufWindow;

std::vector<DmaBufWindow> asked;

DmaBuf give(int, DmaBufWindow window) {
  asked.push_back(window);
  return Fd(memfd_create("buffer", MFD_CLOEXEC));
}

// From the third on.
DmaBuf refuse_later(int memory, DmaBufWindow window) {
  if (asked.size() < 2) return give(memory, window);
  asked.push_back(window);
  return std::unexpected(DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = ENOMEM});
}

wire::RegionLayout plan() {
  asked.clear();
  auto layout = wire::plan_region(std::uint64_t{16} << 20, {});
  EXPECT_TRUE(layout);
  layout->session = 77;
  return *layout;
}

TEST(SlotBuffers, AreOneForEachSlotFromItsFirstByteOnInWholePages) {
  wire::RegionLayout layout = plan();
  layout.slot_bytes -= 4000;
  const SlotBuffers slots = SlotBuffers::over(-1, layout, give);
  EXPECT_FALSE(slots.refusal());
  EXPECT_EQ(slots.session(), 77u);
  ASSERT_EQ(asked.size(), layout.slot_count);
  for (std::uint32_t slot = 0; slot < layout.slot_count; ++slot) {
    EXPECT_EQ(asked[slot].offset, layout.slot_at(slot));
    EXPECT_EQ(asked[slot].bytes % 4096, 0u);
    EXPECT_GE(asked[slot].bytes, layout.slot_bytes);
    EXPECT_LE(asked[slot].bytes, layout.slot_stride);
    EXPECT_GE(fcntl(slots.descriptor(slot), F_GETFD), 0);
  }
  EXPECT_EQ(slots.descriptor(layout.slot_count), -1);
}

TEST(SlotBuffers, AreAllOrNoneAndTheFirstReasonIsKept) {
  const SlotBuffers slots = SlotBuffers::over(-1, plan(), refuse_later);
  EXPECT_EQ(asked.size(), 3u) << "nothing is asked after a refusal";
  EXPECT_EQ(slots.refusal(), (DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = ENOMEM}));
  EXPECT_EQ(slots.session(), 77u) << "so that it is not tried again for this session";
  for (std::uint32_t slot = 0; slot < 3; ++slot) EXPECT_EQ(slots.descriptor(slot), -1);
}

TEST(SlotBuffers, OfNoSessionAreNone) {
  const SlotBuffers slots;
  EXPECT_EQ(slots.session(), 0u);
  EXPECT_EQ(slots.descriptor(0), -1);
  EXPECT_FALSE(slots.refusal());
}

TEST(SlotBuffers, OfAFileWithANameAreRefusedByTheRealMaker) {
  const Fd file(open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  ASSERT_TRUE(file);
  const SlotBuffers slots = SlotBuffers::over(file.get(), plan());
  ASSERT_TRUE(slots.refusal());
  EXPECT_EQ(slots.refusal()->cause, DmaBufCause::NotMemfd);
}

TEST(LazySlotBuffers, AreMadeOncePerSessionWhenTheyAreAskedFor) {
  const wire::RegionLayout layout = plan();
  LazySlotBuffers slots({.create = give});
  EXPECT_FALSE(slots.find(0)) << "no session";
  slots.begin(-1, layout);
  EXPECT_TRUE(asked.empty());
  const auto first = slots.find(1);
  ASSERT_TRUE(first);
  EXPECT_GE(fcntl(first->fd, F_GETFD), 0);
  EXPECT_EQ(first->offset, 0u);
  EXPECT_EQ(slots.find(1)->fd, first->fd);
  EXPECT_NE(slots.find(0)->fd, first->fd);
  EXPECT_FALSE(slots.find(layout.slot_count));
  EXPECT_EQ(asked.size(), layout.slot_count);
  slots.begin(-1, layout);
  EXPECT_TRUE(slots.find(0));
  EXPECT_EQ(asked.size(), 2 * layout.slot_count) << "another session";
  const int buffer = slots.find(0)->fd;
  slots.let_go();
  EXPECT_EQ(fcntl(buffer, F_GETFD), -1);
  EXPECT_TRUE(slots.find(0));
  slots.end();
  EXPECT_FALSE(slots.find(0));
}

TEST(LazySlotBuffers, SayWhyThereAreNoneAndDoNotAskAgain) {
  LazySlotBuffers slots({.create = refuse_later});
  slots.begin(-1, plan());
  for (int i = 0; i < 3; ++i) {
    const auto found = slots.find(0);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), "no dma-buf can be made of the memory: Cannot allocate memory");
  }
  EXPECT_EQ(asked.size(), 3u);
}

TEST(LazySlotBuffers, OfWholeMemoryLieAtTheirOffsetInIt) {
  const wire::RegionLayout layout = plan();
  LazySlotBuffers slots({.create = give, .gives_whole_memory = true});
  slots.begin(-1, layout);
  EXPECT_EQ(slots.find(2)->offset, layout.slot_at(2));
}

}  // namespace
}  // namespace pierglass::source
