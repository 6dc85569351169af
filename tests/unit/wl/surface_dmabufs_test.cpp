// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/surface_dmabufs.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "base/describe.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

constexpr std::uint32_t kXrgb = 0x34325258;
constexpr DmabufFormat kLinear{.fourcc = kXrgb, .modifier = 0};
constexpr DmabufFormat kTiled{.fourcc = kXrgb, .modifier = 0x0100000000000001};

struct SurfaceDmabufsTest : testing::Test {
  std::unique_ptr<TestClient> client;
  const SurfaceDmabufs* dmabufs = nullptr;

  void open(FakeOptions options = {}) {
    client = std::make_unique<TestClient>(std::move(options));
    client->open_window({.size = {64, 64}});
    client->open_queue();
    dmabufs = &client->queue->open_dmabufs(*client->registry);
  }
  void settle() const {
    client->settle();
    ASSERT_TRUE(client->queue->dispatch_pending());
  }
  static std::string sentence(const Result<DmabufOffer>& offer) {
    return offer ? "good" : describe(offer.error());
  }
};

TEST_F(SurfaceDmabufsTest, AreNotKnownBeforeTheQueueIsDispatched) {
  open();
  client->settle();
  EXPECT_EQ(dmabufs->offer().error().code, ErrorCode::NotReady);
  ASSERT_TRUE(client->queue->dispatch_pending());
  ASSERT_TRUE(dmabufs->offer());
  EXPECT_EQ(dmabufs->serial(), 1U);
  EXPECT_TRUE(dmabufs->offer()->takes(kLinear));
  EXPECT_EQ(dmabufs->offer()->main_device, 0xe280U);
  EXPECT_EQ(client->compositor.count("zwp_linux_dmabuf_v1", "get_surface_feedback"), 1U);
}

TEST_F(SurfaceDmabufsTest, ChangeAtRunTime) {
  open();
  settle();
  client->compositor.tell_dmabufs(
      {.table = {{.fourcc = kXrgb, .modifier = kTiled.modifier}, {}},
       .tranches = {{.device = 9, .flags = 1, .indices = {1}}, {.indices = {0}}}});
  settle();
  ASSERT_TRUE(dmabufs->offer());
  EXPECT_EQ(dmabufs->serial(), 2U);
  EXPECT_EQ(dmabufs->offer()->tranches,
            (std::vector<DmabufTranche>{{.device = 9, .scanout = true, .formats = {kLinear}},
                                        {.device = 0xe280, .formats = {kTiled}}}));
}

TEST_F(SurfaceDmabufsTest, ThatMakeNoSenseAreNoneUntilTheyDo) {
  open({.dmabufs = {.table_bytes = 1600}});
  settle();
  EXPECT_EQ(sentence(dmabufs->offer()),
            "the file of the table of formats is too small: 16 bytes where 1600 are needed");
  client->compositor.tell_dmabufs({.tranches = {{.indices = {3}}}});
  settle();
  EXPECT_EQ(sentence(dmabufs->offer()), "a format's index is out of range (3)");
  client->compositor.tell_dmabufs({});
  settle();
  EXPECT_EQ(sentence(dmabufs->offer()), "good");
  EXPECT_EQ(dmabufs->serial(), 3U);
}

TEST_F(SurfaceDmabufsTest, OfVersion3AreTheFormatsThatItTells) {
  open({.globals = all_globals_with("zwp_linux_dmabuf_v1", 3),
        .dmabufs = {.table = {{}, {.fourcc = kXrgb, .modifier = kTiled.modifier}}}});
  ASSERT_TRUE(dmabufs->offer());
  EXPECT_EQ(dmabufs->offer()->tranches,
            (std::vector<DmabufTranche>{{.formats = {kLinear, kTiled}}}));
  EXPECT_EQ(client->compositor.living("zwp_linux_dmabuf_feedback_v1"), 0U);
}

TEST_F(SurfaceDmabufsTest, OfAMissingGlobalOrTooOldOnesAreNone) {
  open({.globals = all_globals_but("zwp_linux_dmabuf_v1")});
  EXPECT_EQ(dmabufs->factory(), nullptr);
  EXPECT_EQ(sentence(dmabufs->offer()), "zwp_linux_dmabuf_v1 is not supported");
  open({.globals = all_globals_with("zwp_linux_dmabuf_v1", 2)});
  EXPECT_EQ(dmabufs->factory(), nullptr);
}

TEST_F(SurfaceDmabufsTest, EndWithTheQueue) {
  open();
  settle();
  EXPECT_EQ(client->compositor.living("zwp_linux_dmabuf_feedback_v1"), 1U);
  client->queue.reset();
  client->settle();
  EXPECT_EQ(client->compositor.living("zwp_linux_dmabuf_feedback_v1"), 0U);
}

}  // namespace
}  // namespace pierglass::wl::test
