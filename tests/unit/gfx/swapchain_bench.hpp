// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gfx/swapchain.hpp"
#include "tests/support/patience.hpp"
#include "tests/unit/gfx/offscreen.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {

using pierglass::test::FakeDmabufs;
using pierglass::test::FakeOptions;
using pierglass::test::Grants;
using pierglass::test::Releases;

inline constexpr std::uint64_t kTiled = 0x0200'0000'0000'0007;
inline constexpr std::uint64_t kOtherTiled = 0x0100'0000'0000'0002;

// What a driver does with output buffers, and what it was asked for.
struct FakeDriver {
  std::vector<std::uint64_t> drawable = {kImplicitModifier, kTiled, kOtherTiled, kLinearModifier};
  std::vector<std::uint64_t> cannot_make;  // modifiers
  std::optional<std::size_t> memory_for;   // so many buffers at a time
  std::vector<std::uint64_t> draws_wrong;  // modifiers: only a corner of what it is told to
  bool leaves_fences = true;
  bool fails_fence = false;
  std::vector<BufferWish> asked;
  std::size_t living = 0;
};

// A file that stands for a dma-buf, which gets what was drawn into a texture.
class FakeOutputBuffer final : public OutputBuffer {
 public:
  FakeOutputBuffer(FakeDriver& driver, Size size, std::uint64_t modifier)
      : driver_(driver),
        modifier_(modifier),
        file_(memfd_create("output", MFD_CLOEXEC)),
        plane_{.fd = file_.get(), .offset = 0, .pitch = Picture(size).pitch},
        target_(size, FirstRow::Topmost) {
    EXPECT_EQ(ftruncate(file_.get(), off_t{plane_.pitch} * size.height), 0);
    ++driver_.living;
  }
  ~FakeOutputBuffer() override { --driver_.living; }

  [[nodiscard]] GLuint framebuffer() const override { return target_.framebuffer(); }
  [[nodiscard]] std::uint64_t modifier() const override { return modifier_; }
  [[nodiscard]] std::span<const MemoryPlane> planes() const override { return {&plane_, 1}; }

  void finish() {
    const Picture drawn = target_.pixels();
    ASSERT_EQ(drawn.pitch, plane_.pitch);
    EXPECT_EQ(pwrite(file_.get(), drawn.bytes.data(), drawn.bytes.size(), 0),
              static_cast<ssize_t>(drawn.bytes.size()));
  }

 private:
  FakeDriver& driver_;
  std::uint64_t modifier_;
  Fd file_;
  MemoryPlane plane_;
  OffscreenWindow target_;
};

class FakeOutputMemory final : public OutputMemory {
 public:
  explicit FakeOutputMemory(FakeDriver& driver) : driver_(driver) {}

  [[nodiscard]] std::span<const std::uint64_t> drawable() const override {
    return driver_.drawable;
  }
  Result<std::unique_ptr<OutputBuffer>> allocate(Size size, const BufferWish& wish) override {
    driver_.asked.push_back(wish);
    const std::uint64_t modifier = wish.modifiers.front();
    const auto is_in = [&](const std::vector<std::uint64_t>& modifiers) {
      return std::ranges::find(modifiers, modifier) != modifiers.end();
    };
    if (is_in(driver_.cannot_make) || driver_.living >= driver_.memory_for.value_or(SIZE_MAX)) {
      return fail(ErrorCode::OsCall, "memory of the test");
    }
    if (is_in(driver_.draws_wrong)) size = {1, 1};
    return std::make_unique<FakeOutputBuffer>(driver_, size, modifier);
  }
  [[nodiscard]] bool leaves_fences() const override { return driver_.leaves_fences; }
  [[nodiscard]] bool has_fences() const override { return true; }
  Result<Fd> fence() override {
    if (driver_.fails_fence) return fail(ErrorCode::OsCall, "a fence of the test");
    return Fd(memfd_create("fence", MFD_CLOEXEC));
  }
  Result<void> finish(OutputBuffer& buffer) override {
    static_cast<FakeOutputBuffer&>(buffer).finish();
    return {};
  }

 private:
  FakeDriver& driver_;
};

// What a compositor says that it takes.
struct FakeOffers final : DmabufOffers {
  [[nodiscard]] zwp_linux_dmabuf_v1* factory() const override { return proxy; }
  [[nodiscard]] UnheardAnswers& unheard() const override { return *unheard_answers; }
  [[nodiscard]] std::uint64_t serial() const override { return changes; }
  [[nodiscard]] std::expected<std::uint64_t, std::string> linear(std::uint32_t) const override {
    return 0;
  }
  [[nodiscard]] std::expected<BufferOffer, std::string> buffers(
      std::uint32_t fourcc) const override {
    EXPECT_EQ(fourcc, kOutputFourcc);
    return offer;
  }

  void change(std::expected<BufferOffer, std::string> to) {
    offer = std::move(to);
    ++changes;
  }

  zwp_linux_dmabuf_v1* proxy = nullptr;
  std::unique_ptr<UnheardAnswers> unheard_answers = std::make_unique<UnheardAnswers>();
  std::uint64_t changes = 0;
  std::expected<BufferOffer, std::string> offer = BufferOffer{
      .device = 0xe280, .tranches = {{.scanout = false, .modifiers = {kTiled, kLinearModifier}}}};
};

// Timelines, and what was done with them.
struct FakeTimelines {
  struct Point {
    std::uint32_t timeline = 0;
    std::uint64_t point = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::map<std::uint32_t, std::uint64_t> reached;  // of those that live
  std::uint32_t made = 0;
  std::vector<Point> signalled_by_fence;
  std::vector<Point> awaited;
  bool fails_notify = false;
};

class FakeTimelineKernel final : public TimelineKernel {
 public:
  explicit FakeTimelineKernel(FakeTimelines& timelines) : timelines_(timelines) {}

  Result<std::uint32_t> create() override {
    timelines_.reached[++timelines_.made] = 0;
    return timelines_.made;
  }
  void close(std::uint32_t timeline) noexcept override { timelines_.reached.erase(timeline); }
  Result<Fd> share(std::uint32_t) override { return Fd(memfd_create("timeline", MFD_CLOEXEC)); }
  Result<void> signal_with(std::uint32_t timeline, std::uint64_t point, int sync_file) override {
    EXPECT_GE(sync_file, 0);
    timelines_.signalled_by_fence.push_back({timeline, point});
    return {};
  }
  Result<bool> passed(std::uint32_t timeline, std::uint64_t point) override {
    return timelines_.reached.at(timeline) >= point;
  }
  Result<void> notify(std::uint32_t timeline, std::uint64_t point, int event_fd) override {
    if (timelines_.fails_notify) return fail(ErrorCode::OsCall, "a kernel of the test");
    EXPECT_EQ(event_fd, 42);
    timelines_.awaited.push_back({timeline, point});
    return {};
  }

 private:
  FakeTimelines& timelines_;
};

class SwapchainTest : public ::testing::Test {
 protected:
  static constexpr Size kWindow{64, 40};

  void open(FakeOptions options = {}) {
    auto opened = OffscreenContext::create();
    ASSERT_TRUE(opened) << opened.error().what;
    context = std::make_unique<OffscreenContext>(*std::move(opened));
    options.dmabufs.table = {{.modifier = kTiled},
                             {.modifier = kOtherTiled},
                             {.modifier = kLinearModifier},
                             {.modifier = kImplicitModifier}};
    client = std::make_unique<wl::test::TestClient>(std::move(options));
    client->open_window({.size = kWindow});
    client->open_queue();
    offers.proxy = client->queue->open_dmabufs(*client->registry).factory();
    (void)client->window->apply_pending();
  }

  // Whether there is a chain.
  bool create(bool unfenced = false, bool explicit_sync = false) {
    const wl::NativeSurface native = client->queue->native();
    std::unique_ptr<ExplicitSync> sync;
    if (explicit_sync) {
      sync = std::make_unique<ExplicitSync>(
          SyncParts{.manager = native.drm_syncobj, .surface = native.surface, .wake_fd = 42},
          std::make_unique<FakeTimelineKernel>(timelines));
    }
    auto made = Swapchain::create({.connection = client->queue->native().display,
                                   .surface = client->queue->native().surface,
                                   .offers = &offers,
                                   .memory = std::make_unique<FakeOutputMemory>(driver),
                                   .sync = std::move(sync),
                                   .unfenced = unfenced,
                                   .patience = patience},
                                  refusal);
    if (!made) return false;
    chain = *std::move(made);
    EXPECT_TRUE(chain->resize(kWindow));
    return true;
  }

  // Everything sent is answered, and the answers are heard.
  void settle() const {
    client->settle();
    ASSERT_TRUE(client->queue->dispatch_pending());
  }

  // Commits whatever there is drawn, as soon as there is a buffer for it.
  Result<void> commit() {
    Result<void> begun = chain->begin();
    if (!begun && begun.error().code == ErrorCode::Busy) {
      settle();
      begun = chain->begin();
    }
    if (begun) begun = chain->present();
    settle();
    return begun;
  }

  // Shows a window of one colour as soon as there is a buffer for it; false: there is none even
  // after the compositor's answers.
  bool show(std::uint32_t colour) {
    Result<void> begun = chain->begin();
    if (!begun && begun.error().code == ErrorCode::Busy) {
      settle();
      begun = chain->begin();
    }
    if (!begun) return false;
    const auto part = [&](int shift) { return static_cast<GLfloat>(colour >> shift & 255U) / 255; };
    const GLfloat light[] = {part(16), part(8), part(0), 1};
    glClearBufferfv(GL_COLOR, 0, light);
    EXPECT_TRUE(chain->present());
    settle();
    const auto toplevel = client->toplevel();
    EXPECT_TRUE(toplevel.commits.back().dmabuf);
    EXPECT_FALSE(toplevel.pixels.empty());
    EXPECT_TRUE(std::ranges::all_of(
        toplevel.pixels, [&](std::uint32_t pixel) { return (pixel & 0xff'ffff) == colour; }));
    return true;
  }

  [[nodiscard]] std::size_t asked_of_compositor() const {
    return client->compositor.count("zwp_linux_buffer_params_v1", "create");
  }
  [[nodiscard]] std::size_t commits() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        client->toplevel().commits, [](const auto& commit) { return commit.with_buffer; }));
  }

  ~SwapchainTest() override {
    chain.reset();
    offers.unheard_answers.reset();
  }

  FakeDriver driver;
  FakeTimelines timelines;
  FakeOffers offers;
  std::string refusal;
  Nanoseconds patience = pierglass::test::patience(std::chrono::seconds(5));
  std::unique_ptr<wl::test::TestClient> client;
  std::unique_ptr<OffscreenContext> context;
  std::unique_ptr<Swapchain> chain;
};

}  // namespace pierglass::gfx::test
