// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of a compositor to show pictures from where the guest wrote them.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "gfx/create_presenter.hpp"
#include "gfx/target.hpp"
#include "pixel/turn.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

using pierglass::test::FakeOptions;
using pierglass::test::Releases;
using pierglass::test::Request;
using wl::test::TestClient;

constexpr Size kWindow{320, 200};
constexpr std::uint64_t kMemory = std::uint64_t{4} << 20;
constexpr std::uint64_t kFirstSlot = std::uint64_t{64} << 10;
constexpr std::uint64_t kStride = std::uint64_t{512} << 10;

class SlotWindowTest : public ::testing::Test {
 protected:
  void open(Releases releases = Releases::WithNextCommit) {
    file_ = Fd(memfd_create("guest", MFD_CLOEXEC));
    ASSERT_EQ(ftruncate(file_.get(), kMemory), 0);
    client_ = std::make_unique<TestClient>(FakeOptions{.releases = releases});
    client_->open_window({.size = kWindow});
    client_->open_queue();
    const wl::NativeSurface native = client_->queue->native();
    auto made = create_presenter(Renderer::Shm, {native.display, native.surface, native.shm});
    ASSERT_TRUE(made);
    presenter_ = *std::move(made);
    (void)client_->window->apply_pending();
    ASSERT_TRUE(presenter_->resize(kWindow));
  }

  pixel::SlotMemory place(std::uint32_t slot) const {
    return {.fd = file_.get(),
            .bytes = kMemory,
            .offset = kFirstSlot + slot * kStride,
            .slot = slot,
            .mapping = 7};
  }
  // Writes a picture into the slot, and shows it from there.
  void show(std::uint32_t slot, const Rect& damage) {
    const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
    const auto offset = static_cast<off_t>(place(slot).offset);
    ASSERT_EQ(pwrite(file_.get(), picture.bytes.data(), picture.bytes.size(), offset),
              static_cast<ssize_t>(picture.bytes.size()));
    ASSERT_TRUE(presenter_->borrow(picture.stored(), place(slot), {&damage, 1}));
    ASSERT_TRUE(presenter_->draw({}));
    settle();
    const auto toplevel = client_->toplevel();
    EXPECT_EQ(toplevel.commits.back().damage, std::vector{damage});
    Picture shown(toplevel.pixels_size, wire::PixelFormat::Xrgb8888, 4);
    std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
    EXPECT_EQ(difference(shown, picture).worst, 0);
  }
  void settle() {
    client_->settle();
    ASSERT_TRUE(client_->queue->dispatch_pending());
  }
  // Arguments of each such request, without the new object's number.
  std::vector<std::string> sent(std::string_view interface, std::string_view name) {
    std::vector<std::string> arguments;
    for (const Request& one : client_->requests()) {
      if (one.interface != interface || one.name != name) continue;
      arguments.push_back(one.arguments.substr(one.arguments.find(", ") + 2));
    }
    return arguments;
  }

  Random random_;
  Fd file_;
  std::unique_ptr<TestClient> client_;
  std::unique_ptr<Presenter> presenter_;
};

TEST_F(SlotWindowTest, IsOnePoolOverTheMemoryAndABufferASlot) {
  open();
  show(0, full_rect(kWindow));
  for (std::uint32_t frame = 1; frame < 12; ++frame) show(frame % 3, {1, 2, 3, 4});
  EXPECT_EQ(sent("wl_shm", "create_pool"), std::vector<std::string>{"fd, 4194304"});
  // offset, width, height, stride, XRGB8888
  EXPECT_EQ(sent("wl_shm_pool", "create_buffer"),
            (std::vector<std::string>{"65536, 320, 200, 1280, 1", "589824, 320, 200, 1280, 1",
                                      "1114112, 320, 200, 1280, 1"}));
}

TEST_F(SlotWindowTest, ASlotIsReadUntilTheCompositorReleasesIt) {
  open(Releases::Withheld);
  show(0, full_rect(kWindow));
  show(1, full_rect(kWindow));
  EXPECT_TRUE(presenter_->reads(place(0)));
  EXPECT_TRUE(presenter_->reads(place(1)));
  client_->compositor.send_releases();
  settle();
  EXPECT_FALSE(presenter_->reads(place(0)));
  EXPECT_TRUE(presenter_->reads(place(1)));
}

TEST_F(SlotWindowTest, ACompositorThatCopiesReadsNothingAfterTheCommit) {
  open(Releases::WithCommit);
  show(0, full_rect(kWindow));
  EXPECT_FALSE(presenter_->reads(place(0)));
}

TEST_F(SlotWindowTest, TextDestroysThePoolAndTheBuffersOnceTheyAreReleased) {
  open(Releases::Withheld);
  show(0, full_rect(kWindow));
  show(1, full_rect(kWindow));
  client_->compositor.send_releases();
  settle();
  ASSERT_TRUE(presenter_->draw_message("Waiting"));
  settle();
  EXPECT_EQ(client_->compositor.count("wl_shm_pool", "destroy"), 2U) << "and that of the text";
  EXPECT_EQ(client_->compositor.count("wl_buffer", "destroy"), 1U) << "one is still read";
  client_->compositor.send_releases();
  settle();
  EXPECT_FALSE(presenter_->reads(place(1)));
  ASSERT_TRUE(presenter_->draw_message("Still waiting"));
  settle();
  EXPECT_EQ(client_->compositor.count("wl_buffer", "destroy"), 2U) << "by whatever is drawn next";
}

TEST_F(SlotWindowTest, WhatDoesNotLieInThePoolIsNotAskedFor) {
  open();
  const Picture picture(kWindow);
  const Rect all = full_rect(kWindow);
  pixel::SlotMemory beyond = place(0);
  beyond.offset = kMemory - picture.bytes.size() + 4;
  const auto taken = presenter_->borrow(picture.stored(), beyond, {&all, 1});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::TooLarge);
  // Larger memory than a pool can be: what lies in its first 2 GiB is shown.
  pixel::SlotMemory large = place(1);
  large.bytes = std::uint64_t{3} << 30;
  large.mapping = 8;
  ASSERT_EQ(ftruncate(file_.get(), static_cast<off_t>(large.bytes)), 0);
  EXPECT_TRUE(presenter_->borrow(picture.stored(), large, {&all, 1}));
  EXPECT_EQ(sent("wl_shm", "create_pool").size(), 0U) << "not sent yet";
  ASSERT_TRUE(presenter_->draw({}));
  settle();
  EXPECT_EQ(sent("wl_shm", "create_pool").back(), "fd, 2147483647");
  large.slot = 2;
  large.offset = (std::uint64_t{1} << 31) - 4096;
  EXPECT_FALSE(presenter_->borrow(picture.stored(), large, {&all, 1}));
  EXPECT_EQ(client_->compositor.clients(), 1U);
}

// Turned clockwise as the compositor turns it, the stored picture stands upright.
TEST_F(SlotWindowTest, APictureThatStandsTurnedIsShownAsItLiesAndTheCompositorIsToldHow) {
  open(Releases::WithCommit);
  for (const std::uint32_t quarters : {1u, 2u, 3u}) {
    const auto rotation = static_cast<wire::Rotation>(quarters);
    Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
    picture.rotation = rotation;
    ASSERT_TRUE(presenter_->resize(picture.upright()));
    for (const Rect& damage : {full_rect(kWindow), Rect{10, 20, 30, 40}}) {
      ASSERT_EQ(pwrite(file_.get(), picture.bytes.data(), picture.bytes.size(),
                       static_cast<off_t>(place(0).offset)),
                static_cast<ssize_t>(picture.bytes.size()));
      ASSERT_TRUE(presenter_->borrow(picture.stored(), place(0), {&damage, 1}));
      ASSERT_TRUE(presenter_->draw({}));
      settle();
      const auto toplevel = client_->toplevel();
      EXPECT_EQ(toplevel.commits.back().transform, static_cast<int>(quarters));
      EXPECT_EQ(toplevel.commits.back().damage, std::vector{damage});
      EXPECT_EQ(toplevel.commits.back().buffer, kWindow);
      Picture shown(toplevel.pixels_size, wire::PixelFormat::Xrgb8888, 4);
      std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
      picture.rotation = wire::Rotation::None;
      EXPECT_EQ(difference(shown, picture).worst, 0);
      picture.rotation = rotation;
    }
    const pixel::Turn stored = pixel::turn_of(kWindow, rotation);
    const pixel::Turn told =
        Target{picture.upright(), FirstRow::Topmost, static_cast<Transform>(quarters)}.turn();
    EXPECT_EQ(told.origin, stored.origin);
    EXPECT_EQ(told.right, stored.right);
    EXPECT_EQ(told.down, stored.down);
  }
  ASSERT_TRUE(presenter_->draw_message("upright again"));
  settle();
  EXPECT_EQ(client_->toplevel().commits.back().transform, 0);
}

// A compositor may keep what it was shown, and take over only what is told as damaged.
TEST_F(SlotWindowTest, WhatLiesTurnedAnotherWayThanTheBufferBeforeIsAllDamaged) {
  open(Releases::WithCommit);
  Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
  picture.rotation = wire::Rotation::Turn180;
  const auto damage_shown = [&] {
    EXPECT_TRUE(presenter_->draw({}));
    settle();
    return client_->toplevel().commits.back().damage;
  };
  const std::vector<Rect> all{full_rect(kWindow)};
  const Rect small{10, 20, 30, 40};
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(presenter_->upload(picture.stored(), {&small, 1}));
    EXPECT_EQ(damage_shown(), all) << "upright, in a buffer of our own";
    ASSERT_TRUE(presenter_->borrow(picture.stored(), place(0), {&small, 1}));
    EXPECT_EQ(damage_shown(), all) << "as it lies";
    ASSERT_TRUE(presenter_->borrow(picture.stored(), place(1), {&small, 1}));
    EXPECT_EQ(damage_shown(), std::vector{small});
  }
}

}  // namespace
}  // namespace pierglass::gfx::test
