// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's slots handed to a compositor as dma-bufs, pixel by pixel: Weston and Mutter, whose
// software driver imports them. For desktops.sh and graphics.sh. Where the graphics node's driver
// takes none, or none but true ones, what is refused is shown another way, with the reason.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "tests/e2e/desk.hpp"
#include "tests/e2e/tear_watch.hpp"
#include "tests/lab/dmabuf_desk.hpp"
#include "tests/lab/dmabufs.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;

constexpr const char* kRefusal = "the compositor cannot use the memory's dma-bufs";
constexpr auto kName = [](const auto& one) { return name_of(one.param); };
constexpr std::array kCompositors = {Compositor::Weston, Compositor::Mutter};

Handed what_there_is() {
  return access("/dev/udmabuf", W_OK) == 0 ? Handed::DmaBufs : Handed::Files;
}

// A tenth under Mutter in an emulated machine, where each screenshot of it takes ten seconds.
int guests_under(Compositor compositor) {
  const bool emulated = std::getenv("PIERGLASS_LAB_NODE") != nullptr;
  return emulated && compositor == Compositor::Mutter ? guest_count() / 10 : guest_count();
}

class Scanout : public testing::TestWithParam<Compositor> {
 protected:
  void SetUp() override {
    if (graphics_node() == GraphicsNode::Virtio)
      GTEST_SKIP() << "virtio-gpu imports no dma-buf that was made elsewhere";
  }
};
INSTANTIATE_TEST_SUITE_P(Lab, Scanout, testing::ValuesIn(kCompositors), kName);

TEST_P(Scanout, EveryPixelOfMovingFramesIsThePatterns) {
  DmaBufDesk desk(GetParam(), what_there_is());
  desk.start_guest(PatternMode::Full);
  desk.shows_frames("scanout", 10);
  EXPECT_EQ(desk.refusal(), "");
  desk.expect_clean_end();
}

TEST_P(Scanout, NoScreenshotShowsTwoFrames) {
  DmaBufDesk desk(GetParam(), what_there_is());
  desk.start_guest(PatternMode::Full);
  desk.shows_frames("scanout", 1);
  if (HasFatalFailure()) return;
  expect_whole_frames([&] { return desk.screenshot(); }, desk.pattern(), "scanout");
  EXPECT_EQ(desk.path(), "scanout");
  desk.expect_clean_end();
}

// Each brings another session, and all buffers with it.
TEST_P(Scanout, GuestsOneAfterTheOtherLeaveNothingBehind) {
  const auto before = dma_bufs_there_are();
  DmaBufDesk desk(GetParam(), what_there_is());
  const pid_t client = desk.client().pid();
  std::size_t descriptors = 0;
  const int guests = guests_under(GetParam());
  for (int i = 0; i < guests; ++i) {
    desk.start_guest(i % 2 == 0 ? PatternMode::Full : PatternMode::Small);
    desk.shows_frames("scanout", 1);
    if (HasFatalFailure()) return;
    EXPECT_LE(dma_bufs_of(client), kMostOfSlots) << "guest " << i;
    tell_progress(i, client);
    if (i == 9) descriptors = open_descriptors(client);
  }
  if (guests > 10) {
    EXPECT_LE(open_descriptors(client), descriptors + kMostOfSlots);
  }
  desk.kill_guest();
  desk.expect_clean_end();
  desk.end_compositor();
  EXPECT_TRUE(wait_until([&] { return dma_bufs_there_are() <= before; }, kPatience))
      << dma_bufs_there_are().value_or(0) << " dma-bufs, before " << before.value_or(0);
}

// What is refused is read by the compositor where it lies, else copied.
class Refusal : public testing::TestWithParam<Compositor> {
 protected:
  static void is_shown_another_way(Handed handed) {
    DmaBufDesk desk(GetParam(), handed);
    desk.start_guest(PatternMode::Full);
    desk.shows_frames("direct", 5);
    EXPECT_EQ(desk.refusal(), kRefusal);
    EXPECT_NE(desk.client().err().find(kRefusal), std::string::npos) << desk.client().err();
    desk.expect_clean_end();
  }
};
INSTANTIATE_TEST_SUITE_P(Lab, Refusal, testing::ValuesIn(kCompositors), kName);

TEST_P(Refusal, OfAFileThatIsNoDmaBuf) {
  if (graphics_node() == GraphicsNode::None)
    GTEST_SKIP() << "without a node the software driver takes whatever can be mapped";
  is_shown_another_way(Handed::Files);
}

TEST_P(Refusal, OfADmaBufMadeElsewhere) {
  if (graphics_node() != GraphicsNode::Virtio)
    GTEST_SKIP() << "only virtio-gpu refuses a true dma-buf";
  is_shown_another_way(Handed::DmaBufs);
}

}  // namespace
}  // namespace pierglass::test
