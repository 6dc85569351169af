// SPDX-License-Identifier: GPL-2.0-or-later
// What the fake compositor has of a window's pictures.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client-protocol.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/fd.hpp"
#include "tests/unit/wl/test_client.hpp"
#include "wl/proxy.hpp"

namespace pierglass::test {
namespace {

using wl::test::TestClient;

constexpr Size kSize{8, 4};

// A picture of one colour in memory that its owner can write to.
class SharedPicture {
 public:
  SharedPicture(wl_shm* shm, Size size, std::uint32_t colour) : size_(size) {
    fill(colour);
    const auto width = static_cast<std::int32_t>(size.width);
    const auto height = static_cast<std::int32_t>(size.height);
    const wl::Proxy<wl_shm_pool> pool(wl_shm_create_pool(shm, file_.get(), width * height * 4));
    buffer_.reset(
        wl_shm_pool_create_buffer(pool.get(), 0, width, height, width * 4, WL_SHM_FORMAT_XRGB8888));
  }
  void fill(std::uint32_t colour) {
    const std::vector<std::uint32_t> pixels(size_.area(), colour);
    const std::size_t bytes = pixels.size() * sizeof colour;
    EXPECT_EQ(pwrite(file_.get(), pixels.data(), bytes, 0), static_cast<ssize_t>(bytes));
  }
  void commit(wl_surface* surface, const Rect& damage) {
    const auto side = [](std::uint32_t value) { return static_cast<std::int32_t>(value); };
    wl_surface_attach(surface, buffer_.get(), 0, 0);
    wl_surface_damage_buffer(surface, side(damage.x), side(damage.y), side(damage.width),
                             side(damage.height));
    wl_surface_commit(surface);
  }

 private:
  Fd file_{memfd_create("picture", MFD_CLOEXEC)};
  Size size_;
  wl::Proxy<wl_buffer> buffer_;
};

class FakeCompositorTest : public testing::Test {
 protected:
  void open(FakeOptions options) {
    client_ = std::make_unique<TestClient>(std::move(options));
    client_->open_window({.size = kSize});
    (void)client_->window->apply_pending();
  }
  SharedPicture& commit(std::uint32_t colour, Size size, const Rect& damage) {
    pictures_.push_back(std::make_unique<SharedPicture>(client_->registry->shm(), size, colour));
    pictures_.back()->commit(client_->window->surface(), damage);
    client_->settle();
    return *pictures_.back();
  }
  ShownPicture shown() { return client_->compositor.shown(); }
  static std::vector<std::uint32_t> all(std::uint32_t colour, Size size = kSize) {
    return std::vector<std::uint32_t>(size.area(), colour);
  }

  std::unique_ptr<TestClient> client_;
  std::vector<std::unique_ptr<SharedPicture>> pictures_;
};

TEST_F(FakeCompositorTest, BeforeTheFirstPictureNothingIsShown) {
  open({});
  EXPECT_EQ(shown().size, Size());
  EXPECT_TRUE(shown().pixels.empty());
}

TEST_F(FakeCompositorTest, OfEachBufferItsDamageIsPainted) {
  open({});
  commit(1, kSize, full_rect(kSize));
  commit(2, kSize, {6, 3, 100, 100});
  EXPECT_EQ(shown().size, kSize);
  EXPECT_EQ(shown().pixels, all(2));
  auto expected = all(1);
  std::fill_n(expected.end() - 2, 2, 2U);
  EXPECT_EQ(shown().painted, expected);
  EXPECT_EQ(shown().commit.damage, (std::vector<Rect>{{6, 3, 100, 100}}));
}

TEST_F(FakeCompositorTest, OfABufferOfAnotherSizeAllIsPainted) {
  open({});
  commit(1, kSize, full_rect(kSize));
  commit(2, {4, 8}, {});
  EXPECT_EQ(shown().painted, all(2, {4, 8}));
  wl_surface_set_buffer_transform(client_->window->surface(), WL_OUTPUT_TRANSFORM_180);
  commit(3, {4, 8}, {});
  EXPECT_EQ(shown().painted, all(2, {4, 8})) << "turned, and nothing new";
  EXPECT_EQ(shown().commit.transform, WL_OUTPUT_TRANSFORM_180);
}

TEST_F(FakeCompositorTest, DamageOfTheSurfacePaintsAll) {
  open({});
  commit(1, kSize, full_rect(kSize));
  wl_surface_damage(client_->window->surface(), 0, 0, 1, 1);
  commit(2, kSize, {});
  EXPECT_EQ(shown().painted, all(2));
  commit(3, kSize, {});
  EXPECT_EQ(shown().painted, all(2)) << "for one commit";
}

TEST_F(FakeCompositorTest, WhatIsNotReleasedIsReadAgain) {
  open({.releases = Releases::WithNextCommit});
  SharedPicture& first = commit(1, kSize, full_rect(kSize));
  first.fill(5);
  EXPECT_EQ(shown().pixels, all(5));
  EXPECT_EQ(shown().painted, all(1));
  commit(2, kSize, full_rect(kSize));
  first.fill(6);
  EXPECT_EQ(shown().pixels, all(2));
}

TEST_F(FakeCompositorTest, WhatIsReleasedIsNot) {
  open({.releases = Releases::WithCommit});
  commit(1, kSize, full_rect(kSize)).fill(5);
  EXPECT_EQ(shown().pixels, all(1));
}

TEST_F(FakeCompositorTest, InALongRunTheLastCommitAloneIsKept) {
  open({.keeps_all = false});
  for (std::uint32_t colour = 1; colour < 4; ++colour) commit(colour, kSize, full_rect(kSize));
  EXPECT_TRUE(client_->requests().empty());
  EXPECT_EQ(client_->toplevel().commits.size(), 1U);
  pictures_.front()->commit(client_->window->surface(), full_rect(kSize));
  ASSERT_TRUE(client_->display->flush());
  EXPECT_TRUE(client_->compositor.wait_until([&] { return shown().pixels == all(1); }));
}

}  // namespace
}  // namespace pierglass::test
