// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of a compositor to show a guest's slots as dma-bufs, and what is done instead.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/app/scanout_bench.hpp"

namespace pierglass::app {
namespace {

using wl::test::all_globals_but;
using wl::test::all_globals_with;
using wl::test::FakeDmabufs;
using wl::test::Grants;
using wl::test::Releases;

constexpr std::uint32_t kXrgb = 0x34325258;
constexpr const char* kParams = "zwp_linux_buffer_params_v1";

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

TEST_F(ScanoutTest, ASlotIsAskedForOnceAndShownOnceItIsCreated) {
  open();
  EXPECT_FALSE(show(0)) << "nobody waits for the answer";
  for (std::uint32_t slot = 1; slot < 3; ++slot) EXPECT_FALSE(show(slot));
  for (std::uint32_t frame = 3; frame < 12; ++frame) EXPECT_TRUE(show(frame % 3, {1, 2, 3, 4}));
  // descriptor, plane, offset, pitch, LINEAR
  EXPECT_EQ(sent(kParams, "add"),
            (std::vector<std::string>{"fd, 0, 65536, 1280, 0, 0", "fd, 0, 589824, 1280, 0, 0",
                                      "fd, 0, 1114112, 1280, 0, 0"}));
  // XRGB8888, upright
  EXPECT_EQ(sent(kParams, "create"), std::vector<std::string>(3, "320, 200, 875713112, 0"));
  EXPECT_TRUE(sent(kParams, "create_immed").empty());
  EXPECT_EQ(client->compositor.living(kParams), 0U);
  EXPECT_EQ(refusal(), "");
}

TEST_F(ScanoutTest, TheSurfaceIsOneAndAllOfItOpaque) {
  open();
  for (std::uint32_t frame = 0; frame < 4; ++frame) show(frame % 2);
  ASSERT_TRUE(shows_dmabuf());
  EXPECT_EQ(client->compositor.count("wl_compositor", "create_surface"), 1U);
  EXPECT_EQ(sent("wl_region", "add"), std::vector<std::string>{"0, 0, 2147483647, 2147483647"});
  EXPECT_EQ(client->compositor.count("wl_surface", "set_opaque_region"), 1U);
  EXPECT_EQ(client->compositor.count("wl_surface", "set_buffer_transform"), 0U);
}

TEST_F(ScanoutTest, ASlotIsReadUntilItsBufferIsReleased) {
  open({.releases = Releases::Withheld});
  show(0);
  show(1);
  ASSERT_TRUE(show(0));
  ASSERT_TRUE(show(1));
  EXPECT_TRUE(presenter->reads(slots.place(0)));
  const Picture again = write(0);
  const Rect all = full_rect(kScanoutWindow);
  EXPECT_EQ(presenter->borrow(again.stored(), slots.place(0), {&all, 1}).error().code,
            ErrorCode::Busy);
  client->compositor.send_releases();
  settle();
  EXPECT_FALSE(presenter->reads(slots.place(0)));
  EXPECT_TRUE(presenter->reads(slots.place(1)));
}

TEST_F(ScanoutTest, AFormatThatIsNotOfferedIsNotAskedFor) {
  open({.dmabufs = {.table = {{.fourcc = 0x34324258, .modifier = 0}}}});
  EXPECT_TRUE(show(0)) << "through wl_shm";
  EXPECT_FALSE(shows_dmabuf());
  EXPECT_EQ(refusal(), "the compositor takes no dma-bufs of linear rows in this format");
  EXPECT_EQ(client->compositor.count("zwp_linux_dmabuf_v1", "create_params"), 0U);
  EXPECT_EQ(slots.asked, 0) << "none is made for nothing";
}

TEST_F(ScanoutTest, TiledMemoryOnlyIsNotOurs) {
  open({.dmabufs = {.table = {{.fourcc = kXrgb, .modifier = 0x0100000000000001}}}});
  EXPECT_TRUE(show(0));
  EXPECT_FALSE(shows_dmabuf());
}

TEST_F(ScanoutTest, WhereOnlyAnImplicitModifierIsOfferedItIsNamed) {
  open({.globals = all_globals_with("zwp_linux_dmabuf_v1", 3),
        .dmabufs = {.table = {{.fourcc = kXrgb, .modifier = 0x00ffffffffffffff}}}});
  show(0);
  EXPECT_TRUE(show(0));
  EXPECT_TRUE(shows_dmabuf());
  EXPECT_EQ(sent(kParams, "add"),
            std::vector<std::string>{"fd, 0, 65536, 1280, 16777215, 4294967295"});
}

TEST_F(ScanoutTest, WhatTheCompositorFailsToUseIsOffForThatMemory) {
  open({.dmabuf_buffers = Grants::Denied});
  EXPECT_FALSE(show(0));
  EXPECT_EQ(refusal(), "the compositor cannot use the memory's dma-bufs");
  EXPECT_EQ(slots.let_gone, 0);
  EXPECT_TRUE(show(1)) << "through wl_shm, at once";
  EXPECT_EQ(slots.let_gone, 1) << "nobody needs dma-bufs of it any more";
  EXPECT_FALSE(shows_dmabuf());
  ASSERT_TRUE(presenter->draw_message("all of it is dropped"));
  settle();
  EXPECT_TRUE(show(0));
  EXPECT_EQ(client->compositor.count(kParams, "create"), 1U) << "not asked again";
  slots.mapping = 8;
  EXPECT_FALSE(show(0));
  EXPECT_EQ(client->compositor.count(kParams, "create"), 2U) << "other memory is asked about";
  settle();
  EXPECT_EQ(client->compositor.living(kParams), 0U);
}

TEST_F(ScanoutTest, WithoutTheGlobalOrATooOldOneWlShmIsUsed) {
  open({.globals = all_globals_but("zwp_linux_dmabuf_v1")});
  EXPECT_TRUE(show(0));
  EXPECT_EQ(refusal(), "the compositor takes no dma-bufs: zwp_linux_dmabuf_v1 is not supported");
  presenter.reset();
  open({.globals = all_globals_with("zwp_linux_dmabuf_v1", 2)});
  EXPECT_TRUE(show(0));
  EXPECT_FALSE(shows_dmabuf());
}

TEST_F(ScanoutTest, FollowsACompositorThatChangesItsMind) {
  open({.dmabufs = {.table_bytes = 3}});
  EXPECT_TRUE(show(0));
  EXPECT_EQ(refusal(),
            "the compositor takes no dma-bufs: the size of the table of formats is out of range "
            "(3)");
  client->compositor.tell_dmabufs({});
  settle();
  EXPECT_FALSE(show(1));
  EXPECT_TRUE(show(1));
  EXPECT_TRUE(shows_dmabuf());
  EXPECT_EQ(refusal(), "");
  client->compositor.tell_dmabufs({.tranches = {{.flags = 1, .indices = {0}}, {.indices = {0}}}});
  settle();
  EXPECT_TRUE(show(1)) << "nothing changed for these buffers";
  EXPECT_EQ(client->compositor.count(kParams, "create"), 1U);
  client->compositor.tell_dmabufs({.table = {{.fourcc = 0x34324258}}});
  settle();
  EXPECT_TRUE(show(1));
  EXPECT_FALSE(shows_dmabuf());
}

TEST_F(ScanoutTest, BuffersAreWantedInTheTranchesOfTheGpuThatReadsThem) {
  constexpr std::uint64_t kTiled = 0x100000000000002;
  open({.dmabufs = {.table = {{}, {.modifier = kTiled}, {.fourcc = 0x34324241}},
                    .main_device = 0xe281,
                    .tranches = {{.device = 0xe280, .flags = 1, .indices = {1}},
                                 {.device = 0xe281, .flags = 1, .indices = {1, 2}},
                                 {.device = 0xe281, .indices = {2}},
                                 {.device = 0xe281, .indices = {0, 1}}}}});
  const auto offer = dmabufs->buffers(kXrgb);
  ASSERT_TRUE(offer);
  EXPECT_EQ(*offer, (gfx::BufferOffer{.device = 0xe281,
                                      .tranches = {{.scanout = true, .modifiers = {kTiled}},
                                                   {.modifiers = {0, kTiled}}}}));
  EXPECT_EQ(dmabufs->buffers(0x30335258).error(),
            "the compositor takes no dma-bufs in this format");
}

TEST_F(ScanoutTest, MemoryWithoutDmaBufsSaysWhyAndIsNotAskedAboutAgain) {
  slots.refusal = "there is no /dev/udmabuf";
  open();
  EXPECT_FALSE(show(0));
  EXPECT_EQ(refusal(), "there is no /dev/udmabuf");
  EXPECT_TRUE(show(1));
  EXPECT_EQ(slots.asked, 1);
  slots.may_shrink = true;
  slots.mapping = 8;
  EXPECT_FALSE(show(0));
  EXPECT_FALSE(show(1)) << "a pool that may shrink would end the connection";
}

TEST_F(ScanoutTest, RowsThatNotEveryGpuReadsAreCopied) {
  open();
  const Picture picture(kScanoutWindow, wire::PixelFormat::Xrgb8888, 320 * 4 + 256);
  const Rect all = full_rect(kScanoutWindow);
  EXPECT_EQ(presenter->borrow(picture.stored(), slots.place(0), {&all, 1}).error().code,
            ErrorCode::Unsupported);
  EXPECT_EQ(refusal(), "the distance of the picture's rows is not supported");
  EXPECT_EQ(client->compositor.count("zwp_linux_dmabuf_v1", "create_params"), 0U);
}

TEST_F(ScanoutTest, APictureBeyondItsDmaBufIsNotAskedFor) {
  open();
  const Picture picture(kScanoutWindow);
  const Rect all = full_rect(kScanoutWindow);
  EXPECT_EQ(presenter->borrow(picture.stored(), slots.place(8), {&all, 1}).error().code,
            ErrorCode::TooLarge)
      << "it begins beyond the end";
  slots.mapping = 8;
  ASSERT_EQ(ftruncate(slots.memory.get(), FakeSlots::kFirst + 320 * 4 * 200 - 1), 0);
  EXPECT_EQ(presenter->borrow(picture.stored(), slots.place(0), {&all, 1}).error().code,
            ErrorCode::TooLarge);
  EXPECT_EQ(client->compositor.count("zwp_linux_dmabuf_v1", "create_params"), 0U);
}

TEST_F(ScanoutTest, AnAnswerThatComesAfterItsBufferWasDroppedLeavesNothing) {
  open({.dmabuf_buffers = Grants::Withheld});
  EXPECT_FALSE(show(0));
  ASSERT_TRUE(presenter->draw_message("dropped"));
  settle();
  EXPECT_EQ(client->compositor.living(kParams), 1U);
  client->compositor.answer_dmabufs(true);
  settle();
  ASSERT_TRUE(presenter->draw_message("collected"));
  settle();
  EXPECT_EQ(client->compositor.living(kParams), 0U);
  EXPECT_EQ(client->compositor.living("wl_buffer"), 0U);
}

TEST_F(ScanoutTest, AHundredRecreationsLeakNothing) {
  open({.releases = Releases::WithNextCommit});
  const auto once = [&](std::uint64_t mapping) {
    slots.mapping = mapping;
    show(0);
    show(1);
    EXPECT_TRUE(show(0));
    EXPECT_TRUE(show(1));
    EXPECT_TRUE(shows_dmabuf());
    ASSERT_TRUE(presenter->draw_message("the guest went away"));
    settle();
    ASSERT_TRUE(presenter->draw_message("and all it had"));
    settle();
  };
  once(100);
  const std::ptrdiff_t before = open_descriptors();
  for (std::uint64_t mapping = 101; mapping < 201; ++mapping) once(mapping);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(client->compositor.living("wl_buffer"), 0U);
  EXPECT_EQ(client->compositor.living(kParams), 0U);
  EXPECT_EQ(client->compositor.count(kParams, "create"), 202U);
  EXPECT_EQ(client->compositor.living("zwp_linux_dmabuf_feedback_v1"), 1U);
}

}  // namespace
}  // namespace pierglass::app
