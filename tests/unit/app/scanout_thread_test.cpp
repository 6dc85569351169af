// SPDX-License-Identifier: GPL-2.0-or-later
// The present thread with a guest whose slots go to the compositor as dma-bufs.
#include <gtest/gtest.h>

#include "tests/unit/app/present_bench.hpp"
#include "tests/unit/app/scanout_bench.hpp"

namespace pierglass::app {
namespace {

using wl::test::Answers;
using wl::test::Grants;
using wl::test::Releases;

struct ScanoutThread : PresentThreadTest {
  explicit ScanoutThread(wl::test::FakeOptions options = {})
      : PresentThreadTest(std::move(options)) {
    path = PathChoice::Scanout;
    feedback = true;
    guest.place = slots.place(0);
    guest.newest = 1;
  }
  ~ScanoutThread() override { thread.reset(); }

  // One frame after the other until the newest commit is as wanted; a frame each time that the one
  // before was committed.
  bool show_until(std::move_only_function<bool(const wl::test::Commit&)> wanted) {
    const HostTime deadline = HostClock::now() + kPatience;
    while (HostClock::now() < deadline) {
      const std::size_t commits = client.toplevel().commits.size();
      publish();
      thread->wake();
      if (!serve_until([&] { return client.toplevel().commits.size() > commits; })) return false;
      if (wanted(client.toplevel().commits.back())) return true;
    }
    return false;
  }
  static bool is_dmabuf(const wl::test::Commit& commit) { return commit.dmabuf; }

  FakeSlots slots;
};

struct ScanoutFeedback : ScanoutThread {
  ScanoutFeedback() : ScanoutThread({.feedback = Answers::Withheld}) {}
};

TEST_F(ScanoutFeedback, ThatAScreenShowsASlotItselfIsCounted) {
  start({{.status = GuestStatus::Live}});
  ASSERT_TRUE(show_until(is_dmabuf));
  ASSERT_TRUE(serve_until([&] { return told.path == PixelPath::Scanout; }));
  draws();
  EXPECT_EQ(snapshots.back().path, PixelPath::Scanout);
  EXPECT_EQ(snapshots.back().path_refusal, "");
  constexpr std::uint32_t kZeroCopy = 8;  // wp_presentation_feedback.kind
  ASSERT_GE(client.toplevel().owed_feedbacks, 1U);
  const auto now = HostClock::now().time_since_epoch();
  client.compositor.send_presented(static_cast<std::uint64_t>(now.count()), 16'666'667, 1,
                                   kZeroCopy);
  ASSERT_TRUE(serve_until([&] {
    draws();
    return snapshots.back().presented.scanned_out > 0;
  }));
  EXPECT_TRUE(snapshots.back().scanned_out);
}

struct ScanoutLost : ScanoutThread {
  ScanoutLost() : ScanoutThread({.releases = Releases::Withheld}) {}
};

TEST_F(ScanoutLost, BuffersThatNeverComeBackCostNoFrame) {
  start({{.status = GuestStatus::Live}});
  ASSERT_TRUE(show_until(is_dmabuf));
  ASSERT_TRUE(show_until([](const wl::test::Commit& commit) { return !commit.dmabuf; }))
      << "copied, after some patience";
  EXPECT_EQ(client.toplevel().pixels.front(), 0xffffffff) << "the frame itself";
  EXPECT_EQ(client.compositor.clients(), 1U);
}

struct ScanoutFailed : ScanoutThread {
  ScanoutFailed() : ScanoutThread({.dmabuf_buffers = Grants::Denied}) {}
};

TEST_F(ScanoutFailed, ThatACompositorCannotUseSlotsIsReportedAndFramesGoOn) {
  start({{.status = GuestStatus::Live}});
  ASSERT_TRUE(show_until([&](const wl::test::Commit&) { return told.path == PixelPath::Direct; }));
  EXPECT_EQ(told.path_refusal, "the compositor cannot use the memory's dma-bufs");
  draws();
  EXPECT_EQ(snapshots.back().path, PixelPath::Direct);
  EXPECT_EQ(snapshots.back().path_refusal, *told.path_refusal);
}

}  // namespace
}  // namespace pierglass::app
