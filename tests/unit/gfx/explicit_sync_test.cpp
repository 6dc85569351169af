// SPDX-License-Identifier: GPL-2.0-or-later
// Output buffers whose fences have names, against a compositor that ends who breaks the rules.
#include "gfx/explicit_sync.hpp"

#include <gtest/gtest.h>

#include "tests/unit/gfx/swapchain_bench.hpp"

namespace pierglass::gfx::test {
namespace {

using Point = FakeTimelines::Point;

class ExplicitSyncTest : public SwapchainTest {
 protected:
  void SetUp() override {
    open({.releases = Releases::WithCommit});
    ASSERT_TRUE(create(false, true));
  }
  [[nodiscard]] std::size_t sync_surfaces() const {
    return client->compositor.living("wp_linux_drm_syncobj_surface_v1");
  }
  void free_all() {
    for (auto& [timeline, reached] : timelines.reached) reached = 1000;
  }
};

TEST_F(ExplicitSyncTest, BeginsWithTheFirstCommitAndEndsWithTheBuffers) {
  settle();
  EXPECT_EQ(sync_surfaces(), 0U);
  ASSERT_TRUE(commit());
  EXPECT_EQ(sync_surfaces(), 1U);
  EXPECT_NE(chain->description().find("explicit fences"), std::string_view::npos);
  chain.reset();
  settle();
  EXPECT_EQ(sync_surfaces(), 0U) << "others may commit buffers now";
  EXPECT_EQ(client->compositor.living("wp_linux_drm_syncobj_timeline_v1"), 0U);
  EXPECT_TRUE(timelines.reached.empty());
}

TEST_F(ExplicitSyncTest, EachCommitHasBothPointsOfItsBuffersTimeline) {
  ASSERT_TRUE(commit());
  ASSERT_TRUE(commit());
  const auto commits = client->toplevel().commits;
  ASSERT_GE(commits.size(), 2U);
  const auto& first = commits[commits.size() - 2];
  const auto& second = commits.back();
  ASSERT_TRUE(first.acquire && first.release && second.acquire && second.release);
  EXPECT_EQ(first.acquire->point, 1U);
  EXPECT_EQ(first.release->point, 2U);
  EXPECT_EQ(first.acquire->timeline, first.release->timeline);
  EXPECT_NE(first.acquire->timeline, second.acquire->timeline) << "another buffer";
  EXPECT_EQ(timelines.signalled_by_fence, (std::vector<Point>{{1, 1}, {2, 1}}));
}

TEST_F(ExplicitSyncTest, ABufferIsFreeWhenItsPointIsReachedWhateverTheEvents) {
  for (int shown = 0; shown < 4; ++shown) ASSERT_TRUE(commit()) << shown;
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy) << "all four are read";
  EXPECT_EQ(timelines.awaited, (std::vector<Point>{{1, 2}, {2, 2}, {3, 2}, {4, 2}}));
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy);
  EXPECT_EQ(timelines.awaited.size(), 4U) << "once";
  timelines.reached[3] = 2;
  ASSERT_TRUE(commit());
  EXPECT_EQ(client->toplevel().commits.back().acquire->point, 3U);
  EXPECT_EQ(timelines.signalled_by_fence.back(), (Point{3, 3}));
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy);
  EXPECT_EQ(timelines.awaited.back(), (Point{3, 4}));
  free_all();
  EXPECT_TRUE(commit());
}

TEST_F(ExplicitSyncTest, ANewSizeBringsNewTimelinesAndTheOldOnesGoWhenTheyAreFree) {
  for (int shown = 0; shown < 3; ++shown) ASSERT_TRUE(commit());
  ASSERT_TRUE(chain->resize({32, 20}));
  ASSERT_TRUE(commit());
  EXPECT_EQ(timelines.reached.size(), 3U + 2U) << "three are on the screen or on the way there";
  free_all();
  ASSERT_TRUE(commit());
  ASSERT_TRUE(commit());
  EXPECT_EQ(timelines.reached.size(), 3U);
}

TEST_F(ExplicitSyncTest, AWindowThatIsUnmappedNeedsNoPoints) {
  ASSERT_TRUE(commit());
  client->queue->unmap();
  settle();
  EXPECT_FALSE(client->toplevel().mapped);
  EXPECT_EQ(client->compositor.clients(), 1U);
}

TEST_F(ExplicitSyncTest, ADriverWithoutFencesInMemoryHasThemHere) {
  driver.leaves_fences = false;
  EXPECT_TRUE(create(false, true));
}

TEST_F(ExplicitSyncTest, WithoutAFenceNothingIsCommitted) {
  ASSERT_TRUE(commit());
  const std::size_t before = commits();
  driver.fails_fence = true;
  const Result<void> committed = commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::OsCall);
  EXPECT_EQ(commits(), before);
  EXPECT_EQ(client->compositor.clients(), 1U);
}

TEST_F(ExplicitSyncTest, WhoCannotBeWokenIsToldInPlaceOfWaitingForEver) {
  for (int shown = 0; shown < 4; ++shown) ASSERT_TRUE(commit());
  timelines.fails_notify = true;
  EXPECT_EQ(chain->begin().error().code, ErrorCode::OsCall);
}

TEST(TimelineKernel, IsNoneOfAFileThatIsNoGpu) {
  const Fd file(memfd_create("no GPU", MFD_CLOEXEC));
  EXPECT_EQ(open_timeline_kernel(file.get()).error().code, ErrorCode::Unsupported);
}

}  // namespace
}  // namespace pierglass::gfx::test
