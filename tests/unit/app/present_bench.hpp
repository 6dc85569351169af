// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/present_thread.hpp"
#include "loop/event_loop.hpp"
#include "tests/unit/wl/test_client.hpp"

// A present thread between a guest that the test plays and a fake compositor.
namespace pierglass::app {

using source::GuestStatus;
using wl::test::TestClient;

inline constexpr std::chrono::seconds kPatience(5);

// What the guest of a test does; set by any thread.
struct GuestControls {
  std::atomic<std::size_t> chosen{0};    // of the script
  std::atomic<std::uint64_t> newest{0};  // frame; 0: none
  std::atomic<std::int32_t> pointer_x{0};
  std::atomic<std::uint64_t> pointer_serial{0};  // 0: no pointer
  std::atomic<std::uint32_t> pointer_side{1};    // of the image that comes with the next serial
  std::atomic<bool> takes_positions{true};
  std::atomic<bool> stalled{false};  // the present thread hangs in tick() until notified
  std::atomic<bool> hanging{false};  // as it does now; set by the guest
  std::atomic<bool> rings{false};    // whoever sleeps, through `bell`
  loop::EventFd bell = loop::EventFd::create().value();
  std::atomic<bool> asleep{false};  // the reader said so
  std::atomic<std::uint64_t> sleeps{0};
  std::atomic<std::size_t> kept{0};  // frames that the reader keeps
  // Where frames lie, in turn in the first of two slots and the second; set before the start.
  std::optional<pixel::SlotMemory> place;
};

// A guest that says one thing after the other and shows a white picture.
class TalkingSource final : public source::FrameSource {
 public:
  static constexpr Size kSize{64, 64};

  TalkingSource(std::vector<GuestNews> script, GuestControls& controls)
      : script_(std::move(script)), controls_(controls), pixels_(kSize.area(), 0xffffffff) {}

  GuestStatus tick(HostTime) override {
    if (controls_.stalled) {
      controls_.hanging = true;
      controls_.stalled.wait(true);
      controls_.hanging = false;
    }
    now_ = controls_.chosen;
    return script_[now_].status;
  }
  const std::string& error() const override { return script_[now_].error; }
  const std::string& notice() const override { return script_[now_].notice; }
  const source::GuestDescription& description() const override { return script_[now_].description; }
  source::GuestWishes wishes() const override { return script_[now_].wishes; }
  bool has_new_frame() const override { return controls_.newest != seen_; }
  std::optional<source::HeldFrame> acquire() override {
    wire::FrameInfo info;
    info.sequence = controls_.newest;
    if (info.sequence == seen_) return std::nullopt;
    info.size = kSize;
    pixel::DamageRegion damage;
    damage.set_full(kSize);
    const pixel::ConstImage image{.data = reinterpret_cast<const std::byte*>(pixels_.data()),
                                  .pitch = kSize.width * 4,
                                  .size = kSize};
    std::optional<pixel::SlotMemory> memory = controls_.place;
    if (memory) memory->slot = static_cast<std::uint32_t>(info.sequence % 2);
    return source::HeldFrame(this, info, 0, image, damage, {.hold = 0, .memory = memory});
  }
  void forget() override { seen_ = 0; }
  source::Cursor cursor() override {
    const std::uint64_t serial = controls_.pointer_serial;
    const std::uint32_t side = controls_.pointer_side;
    if (std::exchange(pointer_.size, {side, side}) != Size{side, side}) {
      pointer_.blend.assign(pointer_.size.area(), 0xff000000);
    }
    if (serial == 0) return {};
    return {.position = {controls_.pointer_x, 5},
            .visible = true,
            .serial = serial,
            .image = &pointer_};
  }
  void set_visible(bool) override {}
  int doorbell() const override { return controls_.bell.fd(); }
  bool guest_rings() const override { return controls_.rings; }
  bool fall_asleep() override {
    controls_.asleep = true;
    if (!has_new_frame()) {
      ++controls_.sleeps;
      return true;
    }
    controls_.asleep = false;
    return false;
  }
  bool wake_up() override {
    controls_.asleep = false;
    return controls_.bell.drain();
  }
  Result<void> move_pointer(Point) override {
    if (controls_.takes_positions) return {};
    return fail(ErrorCode::Unsupported, "pointer");
  }

 private:
  bool give_back(const source::HeldFrame& frame, bool used) override {
    if (used) seen_ = frame.info().sequence;
    kept_.erase(frame.info().sequence);
    controls_.kept = kept_.size();
    return used;
  }
  bool keep(const source::HeldFrame& frame) override {
    seen_ = frame.info().sequence;
    kept_.insert(seen_);
    controls_.kept = kept_.size();
    return true;
  }
  std::uint32_t rows_ready(const source::HeldFrame&) const override { return kSize.height; }

  std::vector<GuestNews> script_;
  GuestControls& controls_;
  std::vector<std::uint32_t> pixels_;
  pixel::CursorImage pointer_{{1, 1}, {0, 0}, {0xff000000}, {}};
  std::uint64_t seen_ = 0;
  std::set<std::uint64_t> kept_;
  std::size_t now_ = 0;  // present thread
};

struct PresentThreadTest : testing::Test {
  explicit PresentThreadTest(wl::test::FakeOptions options = {}) : client(std::move(options)) {}

  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  TestClient client;
  std::optional<loop::Wakeup> reports;
  GuestControls guest;
  pace::PolicyChoice policy = pace::PolicyChoice::Auto;
  PathChoice path = PathChoice::Auto;
  bool feedback = false;
  bool tearing = false;
  std::unique_ptr<PresentThread> thread;
  std::vector<GuestNews> heard;
  std::vector<PresentSnapshot> snapshots;
  PresentNews told;  // all of it
  std::move_only_function<void(const PresentThread::Report&)> on_report = [](const auto&) {};

  ~PresentThreadTest() override {
    thread.reset();
    client.display->on_read([]() noexcept {});
    client.window_events.changed = [] {};
  }

  void start(std::vector<GuestNews> script) {
    client.open_window({.size = {64, 64}});
    reports.emplace(loop::Wakeup::create(*loop, [this]() -> Result<loop::Next> {
                      take();
                      return loop::Next::Keep;
                    }).value());
    ASSERT_TRUE(client.display->attach(*loop));
    thread =
        PresentThread::start(*client.display, *client.registry,
                             {.source = std::make_unique<TalkingSource>(std::move(script), guest),
                              .window = client.window.get(),
                              .renderer = RendererChoice::Shm,
                              .present = policy,
                              .tearing = tearing,
                              .feedback = feedback,
                              .path = path,
                              .waiting = "Waiting",
                              .main = &*reports})
            .value();
    client.display->on_read([this]() noexcept { thread->on_read(); });
    client.window_events.changed = [this] { thread->wake(); };
    thread->wake();
  }

  // Publishes a frame, and rings if the reader sleeps.
  void publish() {
    ++guest.newest;
    if (guest.asleep) guest.bell.notify();
  }

  void take() {
    PresentThread::Report report = thread->take_report();
    EXPECT_FALSE(report.failure);
    on_report(report);
    told.add(static_cast<PresentNews&&>(report));
    if (report.guest) heard.push_back(std::move(*report.guest));
    if (report.snapshot) snapshots.push_back(*report.snapshot);
  }

  // Serves the loop until `done`; false when that takes too long.
  bool serve_until(std::move_only_function<bool()> done) {
    const HostTime deadline = HostClock::now() + kPatience;
    while (!done()) {
      if (HostClock::now() > deadline || !loop->step(std::chrono::milliseconds(20))) return false;
    }
    return true;
  }
  // The present thread has done a whole step since; gives its number of commits.
  std::uint64_t draws() {
    const std::size_t before = snapshots.size();
    thread->request_snapshot();
    EXPECT_TRUE(serve_until([&] { return snapshots.size() > before; }));
    return snapshots.empty() ? 0 : snapshots.back().gate.draws;
  }
};

}  // namespace pierglass::app
