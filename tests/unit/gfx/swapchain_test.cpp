// SPDX-License-Identifier: GPL-2.0-or-later
// Output buffers of our own, between a driver and a compositor that do what a test says.
#include "gfx/swapchain.hpp"

#include <gtest/gtest.h>

#include "gfx/output_probe.hpp"
#include "tests/unit/gfx/swapchain_bench.hpp"

namespace pierglass::gfx::test {
namespace {

const BufferOffer kForScreen{
    .device = 0xe280,
    .tranches = {{.scanout = true, .modifiers = {kOtherTiled}},
                 {.scanout = false, .modifiers = {kTiled, kLinearModifier}}}};

TEST_F(SwapchainTest, OneSmallBufferIsTriedAndNothingShown) {
  open();
  ASSERT_TRUE(create());
  settle();
  EXPECT_EQ(asked_of_compositor(), 1U);
  EXPECT_EQ(commits(), 0U);
  EXPECT_EQ(driver.living, 0U);
  EXPECT_EQ(client->compositor.living("wl_buffer"), 0U);
  EXPECT_EQ(chain->description(), "own buffers, modifier 0x200000000000007");
}

TEST_F(SwapchainTest, ABufferIsAskedForAsItIsAndNeverMadeImmediately) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(0x336699));
  const auto requests = client->requests();
  std::vector<std::string> added;
  for (const auto& one : requests) {
    if (one.name == "add" && one.interface == "zwp_linux_buffer_params_v1") {
      added.push_back(one.arguments);
    }
  }
  ASSERT_EQ(added.size(), 3U) << "the probe's, the first, and one more with its commit";
  EXPECT_EQ(added[1], "fd, 0, 0, 256, 33554432, 7");
  EXPECT_EQ(client->compositor.count("zwp_linux_buffer_params_v1", "create_immed"), 0U);
}

TEST_F(SwapchainTest, NothingIsDrawnIntoBeforeTheCompositorTakesIt) {
  open({.dmabuf_buffers = Grants::AtOnce});
  ASSERT_TRUE(create());
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy);
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy) << "asked for once";
  EXPECT_TRUE(client->compositor.wait_for_request("zwp_linux_buffer_params_v1", "create", 2));
  settle();
  EXPECT_TRUE(chain->begin());
}

TEST_F(SwapchainTest, ThereAreThreeBuffersAndAFourthWhenAllAreHeld) {
  open({.releases = Releases::Withheld});
  ASSERT_TRUE(create());
  for (std::uint32_t shown = 1; shown <= 3; ++shown) {
    ASSERT_TRUE(show(shown));
    EXPECT_EQ(driver.living, std::min(shown + 1, 3U));
  }
  ASSERT_TRUE(show(4)) << "the fourth";
  EXPECT_EQ(driver.living, 4U);
  EXPECT_FALSE(show(5));
  EXPECT_EQ(driver.living, 4U);
  client->compositor.send_releases();
  ASSERT_TRUE(show(6));
  EXPECT_EQ(driver.living, 4U);
}

TEST_F(SwapchainTest, ReleasedBuffersAreDrawnIntoAgainWhateverTheirOrder) {
  open({.releases = Releases::WithNextCommit});
  ASSERT_TRUE(create());
  for (std::uint32_t shown = 1; shown <= 20; ++shown) ASSERT_TRUE(show(shown));
  EXPECT_EQ(driver.living, 3U);
  EXPECT_EQ(asked_of_compositor(), 4U);
}

TEST_F(SwapchainTest, AnotherSizeBringsOtherBuffersAndEndsTheOldOnes) {
  open({.releases = Releases::WithNextCommit});
  ASSERT_TRUE(create());
  for (std::uint32_t shown = 1; shown <= 4; ++shown) ASSERT_TRUE(show(shown));
  for (const Size size : {Size{32, 20}, Size{128, 80}}) {
    ASSERT_TRUE(chain->resize(size));
    for (std::uint32_t shown = 5; shown <= 8; ++shown) {
      ASSERT_TRUE(show(shown));
      EXPECT_EQ(client->toplevel().pixels_size, size);
    }
    EXPECT_EQ(driver.living, 3U);
  }
}

TEST_F(SwapchainTest, WhatTheCompositorRefusesIsAskedForInTheNextWay) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  client->compositor.deny_dmabufs({kTiled});
  ASSERT_TRUE(chain->resize({32, 20}));
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy);
  settle();
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy) << "refused, and LINEAR asked for";
  ASSERT_TRUE(show(2));
  EXPECT_EQ(chain->description(), "own buffers, LINEAR");
}

TEST_F(SwapchainTest, WhenNothingIsTakenAnyMoreItSaysSo) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  client->compositor.deny_dmabufs({kTiled, kLinearModifier});
  ASSERT_TRUE(chain->resize({32, 20}));
  Result<void> begun = chain->begin();
  for (int tries = 0; tries < 3 && !begun && begun.error().code == ErrorCode::Busy; ++tries) {
    settle();
    begun = chain->begin();
  }
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(chain->refusal(), "the compositor refused an output buffer");
  EXPECT_EQ(commits(), 1U);
}

TEST_F(SwapchainTest, AnotherOfferIsFollowedWithoutAPause) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  ASSERT_TRUE(show(2));
  offers.change(kForScreen);
  ASSERT_TRUE(chain->begin()) << "into what there is, until the new one is taken";
  ASSERT_TRUE(chain->present());
  settle();
  ASSERT_TRUE(show(3));
  EXPECT_EQ(chain->description(), "own buffers, modifier 0x100000000000002, for the screen");
  EXPECT_TRUE(driver.asked.back().scanout);
  EXPECT_EQ(driver.asked.back().modifiers, std::vector{kOtherTiled});
}

TEST_F(SwapchainTest, WhatAnotherOfferBringsIsLookedAtBeforeItIsShown) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  driver.draws_wrong = {kOtherTiled};
  offers.change(kForScreen);
  ASSERT_TRUE(show(2));
  ASSERT_TRUE(show(3));
  EXPECT_EQ(chain->description(), "own buffers, LINEAR");
}

TEST_F(SwapchainTest, AnOfferThatSaysTheSameOrNothingChangesNothing) {
  open();
  ASSERT_TRUE(create());
  for (std::uint32_t shown = 1; shown <= 3; ++shown) ASSERT_TRUE(show(shown));
  const std::size_t asked = asked_of_compositor();
  offers.change(BufferOffer(*offers.offer));
  ASSERT_TRUE(show(4));
  offers.change(std::unexpected("the compositor told nonsense"));
  ASSERT_TRUE(show(5));
  EXPECT_EQ(asked_of_compositor(), asked);
}

TEST_F(SwapchainTest, WhatTheDriverCannotMakeIsMadeInTheNextWay) {
  open();
  driver.cannot_make = {kTiled};
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  EXPECT_EQ(chain->description(), "own buffers, LINEAR");
  EXPECT_EQ(asked_of_compositor(), 3U) << "nothing of what could not be made";
}

TEST_F(SwapchainTest, ADriverThatMakesNoneOrDrawsWrongIsRefused) {
  open();
  driver.cannot_make = {kTiled, kLinearModifier};
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "output buffers cannot be made: memory of the test failed");
  driver.cannot_make = {};
  driver.draws_wrong = {kTiled, kLinearModifier};
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the driver draws into output buffers what it was not told to");
  settle();
  EXPECT_EQ(asked_of_compositor(), 0U);
  EXPECT_EQ(driver.living, 0U);
}

TEST_F(SwapchainTest, ACompositorThatTakesNoneIsRefused) {
  open({.dmabuf_buffers = Grants::Denied});
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the compositor does not take output buffers");
  offers.offer = std::unexpected("the compositor takes no dma-bufs in this format");
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the compositor takes no dma-bufs in this format");
  offers.offer = BufferOffer{.tranches = {{.modifiers = {0xabc}}}};
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the compositor takes nothing that this GPU draws into");
  offers.proxy = nullptr;
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the compositor has no zwp_linux_dmabuf_v1");
}

TEST_F(SwapchainTest, ADriverWithoutFencesIsUsedOnlyWhenItIsWished) {
  open();
  driver.leaves_fences = false;
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the graphics driver leaves no fences in shared memory");
  EXPECT_TRUE(create(true));
}

TEST_F(SwapchainTest, OneBufferIsTooFewAndTwoGoOn) {
  open({.releases = Releases::WithNextCommit});
  ASSERT_TRUE(create());
  driver.memory_for = 2;
  for (std::uint32_t shown = 1; shown <= 6; ++shown) ASSERT_TRUE(show(shown));
  EXPECT_EQ(driver.living, 2U);
  driver.memory_for = 1;
  ASSERT_TRUE(chain->resize({32, 20}));
  Result<void> begun;
  for (int tries = 0; tries < 8; ++tries) {
    begun = chain->begin();
    if (begun) begun = chain->present();
    if (!begun && begun.error().code != ErrorCode::Busy) break;
    settle();
  }
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::Unsupported);
}

TEST_F(SwapchainTest, ALostConnectionIsLost) {
  open();
  ASSERT_TRUE(create());
  ASSERT_TRUE(show(1));
  client->compositor.disconnect_clients();
  Result<void> begun = chain->begin();
  for (int tries = 0; tries < 100 && (begun || begun.error().code != ErrorCode::Lost); ++tries) {
    (void)client->display->roundtrip();  // as the main thread reads
    begun = chain->begin();
  }
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::Lost);
}

TEST_F(SwapchainTest, WhatIsNotOnTheScreenIsFreedAndMadeAnewWithTheNextPicture) {
  open({.releases = Releases::WithNextCommit});
  ASSERT_TRUE(create());
  for (std::uint32_t colour : {0x10u, 0x20u, 0x30u, 0x40u}) ASSERT_TRUE(show(colour));
  ASSERT_EQ(driver.living, Swapchain::kUsual);
  chain->free_buffers();
  EXPECT_EQ(driver.living, 1u) << "the one that is shown";
  EXPECT_TRUE(show(0x50));
  EXPECT_TRUE(show(0x60));
  chain->free_buffers();
  chain->free_buffers();
  EXPECT_EQ(driver.living, 1u);
  EXPECT_TRUE(show(0x70));
}

TEST_F(SwapchainTest, ACompositorThatDoesNotAnswerIsNotWaitedForForEver) {
  open({.dmabuf_buffers = Grants::Withheld});
  patience = std::chrono::milliseconds(500);  // time to draw what is asked about
  EXPECT_FALSE(create());
  EXPECT_EQ(refusal, "the compositor does not say whether it takes output buffers");
  EXPECT_EQ(asked_of_compositor(), 1u) << "other ways are not tried any more";
  EXPECT_EQ(driver.living, 0u);
  client->compositor.answer_dmabufs(true);
  settle();
  EXPECT_EQ(offers.unheard().count(), 1u) << "on a queue that is dispatched in the end";
  offers.unheard_answers.reset();
  client->settle();
  EXPECT_EQ(client->compositor.count("wl_buffer", "destroy"), 1u);
}

TEST_F(SwapchainTest, AnAnswerThatNobodyWaitsForEndsItsBuffer) {
  open();
  ASSERT_TRUE(create());
  EXPECT_EQ(chain->begin().error().code, ErrorCode::Busy) << "asked, and not answered";
  chain.reset();
  EXPECT_EQ(offers.unheard().count(), 1u);
  settle();
  EXPECT_EQ(offers.unheard().count(), 0u);
  client->settle();
  EXPECT_EQ(client->compositor.count("wl_buffer", "destroy"), 2u) << "the probe's and this one";
}

TEST_F(SwapchainTest, AWindowOnePixelWideOrHighIsLookedAtToo) {
  open();
  FakeOutputMemory memory(driver);
  for (const Size size : {Size{1, 1}, Size{1, 2}, Size{2, 1}, Size{1, 40}, Size{40, 1}}) {
    const auto buffer = memory.allocate(size, {.modifiers = {kTiled}});
    ASSERT_TRUE(buffer);
    EXPECT_TRUE(draws_right(**buffer, size));
    if (size.area() == 1) continue;
    driver.draws_wrong = {kTiled};
    const auto wrong = memory.allocate(size, {.modifiers = {kTiled}});
    driver.draws_wrong.clear();
    ASSERT_TRUE(wrong);
    EXPECT_FALSE(draws_right(**wrong, size)) << size.width << "x" << size.height;
  }
}

}  // namespace
}  // namespace pierglass::gfx::test
