// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/compositor_dmabufs.hpp"
#include "base/fd.hpp"
#include "gfx/create_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/wl/test_client.hpp"

// A guest's slots as dma-bufs, a presenter that hands them over, and a compositor that the test
// plays.
namespace pierglass::app {

inline constexpr Size kScanoutWindow{320, 200};

// Slots in one file that stands for the dma-bufs, too.
struct FakeSlots final : pixel::SlotDmaBufs {
  static constexpr std::uint64_t kBytes = std::uint64_t{4} << 20;
  static constexpr std::uint64_t kFirst = std::uint64_t{64} << 10;
  static constexpr std::uint64_t kStride = std::uint64_t{512} << 10;

  FakeSlots() { EXPECT_EQ(ftruncate(memory.get(), kBytes), 0); }

  std::expected<pixel::DmaBufPlace, std::string> find(std::uint32_t slot) override {
    ++asked;
    if (refusal) return std::unexpected(*refusal);
    return pixel::DmaBufPlace{.fd = memory.get(), .offset = kFirst + slot * kStride};
  }
  void let_go() override { ++let_gone; }
  pixel::SlotMemory place(std::uint32_t slot) {
    return {.fd = memory.get(),
            .bytes = kBytes,
            .offset = kFirst + slot * kStride,
            .slot = slot,
            .mapping = mapping,
            .may_shrink = may_shrink,
            .dma_bufs = this};
  }

  Fd memory{memfd_create("guest", MFD_CLOEXEC)};
  std::uint64_t mapping = 7;
  bool may_shrink = false;
  std::optional<std::string> refusal;
  int asked = 0;
  int let_gone = 0;
};

class ScanoutTest : public testing::Test {
 protected:
  using Picture = gfx::test::Picture;
  using FakeOptions = wl::test::FakeOptions;

  void open(FakeOptions options = {}) {
    client = std::make_unique<wl::test::TestClient>(std::move(options));
    client->open_window({.size = kScanoutWindow});
    client->open_queue();
    dmabufs.emplace(client->queue->open_dmabufs(*client->registry));
    settle();
    const wl::NativeSurface native = client->queue->native();
    auto made = gfx::create_presenter(gfx::Renderer::Shm, {.display = native.display,
                                                           .surface = native.surface,
                                                           .shm = native.shm,
                                                           .dmabufs = &*dmabufs,
                                                           .lends_dmabufs = true});
    ASSERT_TRUE(made);
    presenter = *std::move(made);
    (void)client->window->apply_pending();
    ASSERT_TRUE(presenter->resize(kScanoutWindow));
  }
  ~ScanoutTest() override { presenter.reset(); }

  // Everything sent is answered, and the answers are heard.
  void settle() const {
    client->settle();
    ASSERT_TRUE(client->queue->dispatch_pending());
  }

  // Writes a picture into the slot.
  Picture write(std::uint32_t slot, Size size = kScanoutWindow) {
    Picture picture = gfx::test::random_picture(size, wire::PixelFormat::Xrgb8888, random);
    const auto offset = static_cast<off_t>(slots.place(slot).offset);
    EXPECT_EQ(pwrite(slots.memory.get(), picture.bytes.data(), picture.bytes.size(), offset),
              static_cast<ssize_t>(picture.bytes.size()));
    return picture;
  }
  // Shows a new picture from there, else by a copy; true: from there.
  bool show(std::uint32_t slot, Rect damage = full_rect(kScanoutWindow)) {
    const Picture picture = write(slot);
    const bool borrowed =
        presenter->borrow(picture.stored(), slots.place(slot), {&damage, 1}).has_value();
    if (!borrowed) {
      damage = full_rect(kScanoutWindow);
      EXPECT_TRUE(presenter->upload(picture.stored(), {&damage, 1}));
    }
    EXPECT_TRUE(presenter->draw({}));
    settle();
    const wl::test::ToplevelState toplevel = client->toplevel();
    EXPECT_EQ(toplevel.commits.back().damage, std::vector{damage});
    EXPECT_EQ(toplevel.commits.back().dmabuf,
              borrowed && presenter->borrowing().way == gfx::BorrowWay::DmaBuf);
    Picture shown(toplevel.pixels_size, wire::PixelFormat::Xrgb8888, 4);
    std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
    EXPECT_EQ(gfx::test::difference(shown, picture).worst, 0);
    return borrowed;
  }
  [[nodiscard]] bool shows_dmabuf() const { return client->toplevel().commits.back().dmabuf; }
  [[nodiscard]] std::string refusal() const { return std::string(presenter->borrowing().refusal); }
  // Arguments of each such request.
  [[nodiscard]] std::vector<std::string> sent(std::string_view interface, std::string_view name) {
    std::vector<std::string> arguments;
    for (const wl::test::Request& one : client->requests()) {
      if (one.interface == interface && one.name == name) arguments.push_back(one.arguments);
    }
    return arguments;
  }

  gfx::test::Random random;
  FakeSlots slots;
  std::unique_ptr<wl::test::TestClient> client;
  std::optional<CompositorDmabufs> dmabufs;
  std::unique_ptr<gfx::Presenter> presenter;
};

}  // namespace pierglass::app
