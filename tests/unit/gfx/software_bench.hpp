// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gfx/software_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"

// A software presenter that draws onto a screen in memory.
namespace pierglass::gfx::test {

using enum wire::PixelFormat;

// A compositor in memory: it latches the damaged part of each committed buffer, as a real one
// uploads it, and keeps the last `held` buffers busy.
struct FakeScreen {
  struct Buffer final : SinkBuffer {
    explicit Buffer(Size size, FakeScreen& s) : screen(s), pixels(size) {
      std::ranges::fill(pixels.bytes, std::byte{0xa5});  // undefined, as the contract says
      image = pixels.image();
      ++screen.alive;
    }
    ~Buffer() override {
      EXPECT_TRUE(!busy || screen.closing) << "a busy buffer was destroyed";
      --screen.alive;
    }
    FakeScreen& screen;
    Picture pixels;
  };

  // Over the guest's memory, which the test says where it is.
  struct Pool final : SinkPool {
    explicit Pool(FakeScreen& s) : screen(s) { ++screen.pools; }
    ~Pool() override { --screen.pools; }
    Result<std::unique_ptr<SinkBuffer>> create_buffer(const pixel::SlotMemory& slot,
                                                      std::uint32_t pitch, Size size) override {
      if (screen.refuse_pools) return fail(ErrorCode::TooLarge, "picture in its pool");
      ++screen.made_over_memory;
      auto buffer = std::make_unique<Buffer>(Size{}, screen);
      buffer->image = {screen.memory.data() + slot.offset, pitch, size, Xrgb8888};
      return buffer;
    }
    FakeScreen& screen;
  };

  Picture shown;
  std::span<std::byte> memory;
  int pools = 0;  // living
  int made_over_memory = 0;
  bool refuse_pools = false;  // the buffers in them
  std::size_t held = 1;
  std::deque<SinkBuffer*> busy;
  std::uint64_t damaged_pixels = 0;
  int alive = 0;
  bool closing = false;
  bool refuse = false;  // to make buffers

  void latch(SinkBuffer& buffer, std::span<const Rect> damage) {
    if (shown.size != buffer.image.size) shown = Picture(buffer.image.size);
    damaged_pixels = 0;
    for (const Rect& rect : damage) {
      ASSERT_TRUE(rect.inside(shown.size));
      damaged_pixels += rect.area();
      for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
        std::memcpy(shown.image().row(y) + std::size_t{rect.x} * 4,
                    buffer.image.row(y) + std::size_t{rect.x} * 4, std::size_t{rect.width} * 4);
      }
    }
    std::erase(busy, &buffer);
    busy.push_back(&buffer);
    release_down_to(held);
  }

  void release_down_to(std::size_t count) {
    while (busy.size() > count) {
      busy.front()->busy = false;
      busy.pop_front();
    }
  }
};

class FakeSink final : public BufferSink {
 public:
  explicit FakeSink(FakeScreen& screen) : screen_(screen) {}

  Result<std::unique_ptr<SinkBuffer>> create_buffer(Size size) override {
    if (screen_.refuse) return fail(ErrorCode::TooLarge, "window");
    return std::make_unique<FakeScreen::Buffer>(size, screen_);
  }

  Result<std::unique_ptr<SinkPool>> create_pool(const pixel::SlotMemory&) override {
    return std::make_unique<FakeScreen::Pool>(screen_);
  }

  Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) override {
    EXPECT_FALSE(buffer.busy);
    buffer.busy = true;
    screen_.latch(buffer, damage);
    return {};
  }

 private:
  FakeScreen& screen_;
};

class SoftwarePresenterTest : public ::testing::Test {
 protected:
  ~SoftwarePresenterTest() override { screen.closing = true; }

  void upload(const Rect& rect) {
    scribble(picture, rect, random);
    const Result<UploadStats> stats = presenter.upload(picture.stored(), {&rect, 1});
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->bytes, rect.area() * wire::bytes_per_pixel(picture.format));
    EXPECT_EQ(stats->rows, rect.height);
  }

  void start(Size window, Size size, wire::PixelFormat format = Xrgb8888) {
    ASSERT_TRUE(presenter.resize(window));
    picture = Picture(size, format);
    upload(full_rect(size));
  }

  void set_panel(std::vector<std::string> lines) {
    presenter.set_panel(lines);
    panel = std::move(lines);
  }

  void set_filter(pixel::Filter wanted) {
    presenter.set_filter(wanted);
    filter = wanted;
  }

  void expect_shown(Size window, const CursorOverlay& cursor, int tolerance = 0) {
    ASSERT_TRUE(presenter.draw(cursor));
    const Picture want =
        with_panel(reference(picture, window, cursor, filter, pixel::sampling_on_cpu_of), picture,
                   cursor, panel);
    const Difference wrong = difference(screen.shown, want);
    ASSERT_LE(wrong.worst, tolerance) << wrong;
  }

  Rect random_rect(Size size) {
    const std::uint32_t x = random() % size.width;
    const std::uint32_t y = random() % size.height;
    return {x, y, 1 + random() % (size.width - x), 1 + random() % (size.height - y)};
  }

  Random random;
  FakeScreen screen;
  std::vector<std::string> panel;
  pixel::Filter filter = pixel::Filter::Auto;
  SoftwarePresenter presenter{std::make_unique<FakeSink>(screen)};
  Picture picture;
};

}  // namespace pierglass::gfx::test
