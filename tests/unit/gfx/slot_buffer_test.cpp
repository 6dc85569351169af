// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/slot_buffer.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <limits>
#include <memory>

#include "base/fd.hpp"
#include "gfx/shm_sink.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

using wl::test::TestClient;

// An eventfd that is full stands for a dma-buf that a GPU reads: neither can be written to.
TEST(SlotBuffer, IsReadUntilNobodyThatTheKernelKnowsReadsIt) {
  TestClient client({.releases = pierglass::test::Releases::Withheld});
  client.open_window({.size = {64, 64}});
  client.open_queue();
  const wl::SurfaceDmabufs& dmabufs = client.queue->open_dmabufs(*client.registry);
  const Fd memory(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UnheardAnswers unheard;
  const auto buffer =
      ask_for_slot_buffer({dmabufs.factory(), &unheard},
                          {.place = {.fd = memory.get()}, .pitch = 256, .size = {64, 64}}, [] {});
  ASSERT_TRUE(buffer);
  SinkBuffer& slot = **buffer;
  EXPECT_EQ(slot.state, SinkBuffer::State::Asked);
  client.settle();
  ASSERT_TRUE(client.queue->dispatch_pending());
  ASSERT_EQ(slot.state, SinkBuffer::State::Ready);
  EXPECT_FALSE(slot.being_read());

  const auto show = [&](SinkBuffer& one) {
    const wl::NativeSurface native = client.queue->native();
    const auto sink = make_shm_sink({native.display, native.surface, native.shm});
    const Rect all{0, 0, 64, 64};
    ASSERT_TRUE(sink->commit(one, {&all, 1}));
    client.settle();
    ASSERT_TRUE(client.queue->dispatch_pending());
  };
  (void)client.window->apply_pending();
  show(slot);
  EXPECT_TRUE(slot.being_read());
  EXPECT_LT(slot.awaited(), 0) << "the release tells";
  ASSERT_EQ(eventfd_write(memory.get(), std::numeric_limits<std::uint64_t>::max() - 1), 0);
  client.draw();
  client.compositor.send_releases();
  client.settle();
  ASSERT_TRUE(client.queue->dispatch_pending());
  EXPECT_FALSE(slot.busy) << "released";
  EXPECT_TRUE(slot.being_read()) << "and read still";
  pollfd reader{.fd = slot.awaited(), .events = POLLOUT, .revents = 0};
  ASSERT_GE(reader.fd, 0);
  EXPECT_EQ(poll(&reader, 1, 0), 0);
  eventfd_t count = 0;
  ASSERT_EQ(eventfd_read(memory.get(), &count), 0);
  EXPECT_EQ(poll(&reader, 1, 0), 1) << "which wakes who waits for it";
  EXPECT_LT(slot.awaited(), 0) << "once";
  EXPECT_FALSE(slot.being_read());
  ASSERT_EQ(eventfd_write(memory.get(), std::numeric_limits<std::uint64_t>::max() - 1), 0);
  EXPECT_FALSE(slot.being_read()) << "not of this commit any more";
}

// The connection counts the buffers that the compositor made.
TEST(SlotBuffer, AnswersThatNobodyWaitsForDoNotEndTheConnection) {
  TestClient client;
  client.open_window({.size = {64, 64}});
  client.open_queue();
  UnheardAnswers unheard;
  const DmabufDesk desk{client.queue->open_dmabufs(*client.registry).factory(), &unheard};
  const Fd memory(memfd_create("slot", MFD_CLOEXEC));
  const SlotPicture picture{.place = {.fd = memory.get()}, .pitch = 256, .size = {64, 64}};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(ask_for_slot_buffer(desk, picture, [] {}));
  const auto heard = ask_for_slot_buffer(desk, picture, [] {});
  ASSERT_TRUE(heard);
  client.settle();
  ASSERT_TRUE(client.queue->dispatch_pending());
  EXPECT_EQ((*heard)->state, SinkBuffer::State::Ready);
  EXPECT_EQ(unheard.count(), 0u);
}

}  // namespace
}  // namespace pierglass::gfx::test
