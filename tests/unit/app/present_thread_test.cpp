// SPDX-License-Identifier: GPL-2.0-or-later
// The present thread with a real connection to a fake compositor, drawn by the processor.
#include "app/present_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "loop/event_loop.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;
using wl::test::TestClient;

constexpr std::chrono::seconds kPatience(5);

// A guest without pictures that says one thing after the other; which is chosen by any thread.
class TalkingSource final : public source::FrameSource {
 public:
  TalkingSource(std::vector<GuestNews> script, const std::atomic<std::size_t>& chosen)
      : script_(std::move(script)), chosen_(chosen) {}

  GuestStatus tick(HostTime) override {
    now_ = chosen_;
    return script_[now_].status;
  }
  const std::string& error() const override { return script_[now_].error; }
  const std::string& notice() const override { return script_[now_].notice; }
  const source::GuestDescription& description() const override { return script_[now_].description; }
  source::GuestWishes wishes() const override { return script_[now_].wishes; }
  bool has_new_frame() const override { return false; }
  std::optional<source::HeldFrame> acquire() override { return std::nullopt; }
  void forget() override {}
  source::Cursor cursor() override { return {}; }
  void set_visible(bool) override {}
  Result<void> move_pointer(Point) override { return {}; }

 private:
  bool give_back(const wire::FrameInfo&, bool) override { return false; }
  std::uint32_t rows_ready() const override { return 0; }

  std::vector<GuestNews> script_;
  const std::atomic<std::size_t>& chosen_;
  std::size_t now_ = 0;  // present thread
};

struct PresentThreadTest : testing::Test {
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  TestClient client;
  std::optional<loop::Wakeup> reports;
  std::atomic<std::size_t> chosen{0};
  std::unique_ptr<PresentThread> thread;
  std::vector<GuestNews> heard;
  std::vector<PresentSnapshot> snapshots;

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
                             {.source = std::make_unique<TalkingSource>(std::move(script), chosen),
                              .window = client.window.get(),
                              .renderer = RendererChoice::Shm,
                              .waiting = "Waiting",
                              .main = &*reports})
            .value();
    client.display->on_read([this]() noexcept { thread->wake(); });
    client.window_events.changed = [this] { thread->wake(); };
    thread->wake();
  }

  void take() {
    PresentThread::Report report = thread->take_report();
    EXPECT_FALSE(report.failure);
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

TEST_F(PresentThreadTest, EachThingThatAGuestTellsIsReportedOnce) {
  std::vector<GuestNews> script(1);
  const auto then = [&](auto change) { change(script.emplace_back(script.back())); };
  then([](GuestNews& news) { news.status = GuestStatus::Live; });
  then([](GuestNews& news) { news.description.system = "Windows 11"; });
  then([](GuestNews& news) { news.notice = "too little memory"; });
  then([](GuestNews& news) { news.wishes.keep_screen_on = true; });
  then([](GuestNews& news) { news.wishes.attention = 1; });
  then([](GuestNews& news) { news.status = GuestStatus::Unreadable; });
  then([](GuestNews& news) { news.error = "nonsense"; });
  start(script);
  for (std::size_t i = 1; i < script.size(); ++i) {
    chosen = i;
    ASSERT_TRUE(serve_until([&] { return heard.size() == i; })) << i;
    EXPECT_EQ(heard.back().status, script[i].status) << i;
    EXPECT_EQ(heard.back().error, script[i].error) << i;
    EXPECT_EQ(heard.back().notice, script[i].notice) << i;
    EXPECT_EQ(heard.back().description, script[i].description) << i;
    EXPECT_EQ(heard.back().wishes, script[i].wishes) << i;
  }
  const std::uint64_t looks = snapshots.empty() ? 0 : snapshots.back().ladder.looks;
  ASSERT_TRUE(serve_until([&] {
    draws();
    return snapshots.back().ladder.looks > looks + 20;
  }));
  EXPECT_EQ(heard.size(), script.size() - 1) << "nothing new, nothing told";
}

TEST_F(PresentThreadTest, ACompositorThatDoesNotReadIsSentNoAnswersToItsEvents) {
  start({GuestNews{}});
  ASSERT_TRUE(serve_until([&] { return client.compositor.count("wl_surface", "attach") > 0; }));
  client.compositor.pause();
  const std::string title(1000, 'x');
  do {
    client.window->set_title(title.c_str());
  } while (client.display->flush());
  client.compositor.configure({100, 100});
  ASSERT_TRUE(serve_until([&] { return client.window->state().logical.width == 100; }));
  draws();  // the thread may have been in the middle of a step
  const std::uint64_t before = draws();
  for (std::uint32_t i = 1; i <= 100; ++i) {
    client.compositor.configure({100 + i, 100});
    ASSERT_TRUE(serve_until([&] { return client.window->state().logical.width == 100 + i; }));
    ASSERT_EQ(draws(), before);
  }
  client.compositor.resume();
  ASSERT_TRUE(serve_until([&] { return client.toplevel().pixels_size == Size{200, 100}; }))
      << "what it asked for last is answered once it reads";
}

}  // namespace
}  // namespace pierglass::app
