// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "tests/unit/wl/test_client.hpp"
#include "wl/window.hpp"

namespace pierglass::wl::test {
namespace {

constexpr std::uint32_t kFullscreen = 2;

// Both threads' parts by one, so that each order of them can be had.
struct WindowHideTest : testing::Test {
  std::unique_ptr<TestClient> client;

  void open(FakeOptions options = {}, const WindowOptions& window = {.size = {64, 48}}) {
    client = std::make_unique<TestClient>(std::move(options));
    client->open_window(window);
    client->open_queue();
    client->draw();
  }
  Window& window() const { return *client->window; }

  // The present thread's answer to hide(): the generation for on_unmapped().
  std::uint64_t unmap() const {
    const auto state = window().apply_pending();
    EXPECT_TRUE(state && state->hidden);
    if (!state) return 0;
    client->queue->unmap();
    return state->generation;
  }
  void hide() const {
    window().hide();
    window().on_unmapped(unmap());
    client->settle();
  }
};

TEST_F(WindowHideTest, TheRoleEndsAfterThePictureIsTakenAway) {
  open();
  EXPECT_TRUE(client->toplevel().mapped);
  window().hide();
  EXPECT_TRUE(window().state().hidden);
  EXPECT_FALSE(window().shown());
  client->settle();
  EXPECT_TRUE(client->toplevel().mapped) << "until the present thread has answered";
  const std::uint64_t generation = unmap();
  client->settle();
  EXPECT_TRUE(client->toplevel().exists);
  EXPECT_FALSE(client->toplevel().mapped);
  window().on_unmapped(generation);
  client->settle();  // fails after a protocol error
  EXPECT_FALSE(client->toplevel().exists);
  EXPECT_EQ(client->compositor.count("wl_surface", "destroy"), 0U);
}

TEST_F(WindowHideTest, ItComesBackAsItIsAskedTo) {
  open({.outputs = {{.name = "A"}, {.name = "B"}}}, {.title = "Guest", .app_id = "org.example"});
  hide();
  window().show({.fullscreen = true, .output = client->registry->outputs().find("B")->proxy()});
  EXPECT_TRUE(window().shown());
  EXPECT_TRUE(window().state().hidden) << "until the configure event";
  ASSERT_TRUE(client->display->dispatch_until([this] { return !window().state().hidden; }));
  client->draw(0xff445566);
  const ToplevelState toplevel = client->toplevel();
  EXPECT_TRUE(toplevel.mapped);
  EXPECT_EQ(toplevel.title, "Guest");
  EXPECT_EQ(toplevel.app_id, "org.example");
  EXPECT_TRUE(toplevel.wants_fullscreen);
  EXPECT_EQ(toplevel.fullscreen_output, "B");
  EXPECT_EQ(toplevel.pixels.front(), 0xff445566);
  ASSERT_EQ(toplevel.commits.size(), 2U);
  EXPECT_FALSE(toplevel.commits[0].with_buffer);
  EXPECT_EQ(toplevel.commits[1].acks.size(), 1U);
  EXPECT_EQ(client->compositor.count("zxdg_toplevel_decoration_v1", "set_mode"), 2U);
}

TEST_F(WindowHideTest, ItHidesAndShowsManyTimes) {
  open();
  for (std::uint32_t i = 0; i < 5; ++i) {
    hide();
    window().show({});
    ASSERT_TRUE(client->display->dispatch_until([this] { return !window().state().hidden; }));
    client->draw(i);
    EXPECT_EQ(client->toplevel().pixels.front(), i);
  }
}

TEST_F(WindowHideTest, AConfigureThatCrossesIsNeitherAppliedNorAcked) {
  open();
  client->compositor.configure({200, 100});
  client->settle();
  window().hide();
  client->compositor.configure({300, 100}, {kFullscreen});
  client->settle();
  EXPECT_TRUE(window().state().hidden);
  EXPECT_FALSE(window().is_fullscreen());
  const std::size_t acks = client->compositor.count("xdg_surface", "ack_configure");
  window().on_unmapped(unmap());
  client->settle();
  EXPECT_EQ(client->compositor.count("xdg_surface", "ack_configure"), acks);
  EXPECT_FALSE(window().apply_pending());
}

TEST_F(WindowHideTest, AScaleThatChangesWhileHiddenIsUsedAfterwards) {
  open({.first_size = {640, 480}});
  hide();
  client->compositor.preferred_scale(240);
  client->settle();
  EXPECT_FALSE(window().apply_pending()) << "nothing to draw";
  window().show({});
  client->settle();
  EXPECT_EQ(window().state().buffer, (Size{1280, 960}));
  client->draw();
  EXPECT_EQ(client->toplevel().commits.back().buffer, (Size{1280, 960}));
}

TEST_F(WindowHideTest, ShowingBeforeThePresentThreadAnsweredIsDoneAfterwards) {
  open();
  window().hide();
  window().show({.fullscreen = true});
  EXPECT_TRUE(window().shown());
  EXPECT_EQ(client->compositor.count("xdg_wm_base", "get_xdg_surface"), 1U);
  window().on_unmapped(unmap());
  ASSERT_TRUE(client->display->dispatch_until([this] { return !window().state().hidden; }));
  client->draw();
  EXPECT_TRUE(client->toplevel().mapped);
  EXPECT_TRUE(client->toplevel().wants_fullscreen);
}

TEST_F(WindowHideTest, OfShowAndHideTheLastOneCounts) {
  open();
  window().hide();
  window().show({});
  window().hide();
  EXPECT_FALSE(window().shown());
  window().on_unmapped(unmap());
  client->settle();
  EXPECT_FALSE(client->toplevel().exists);
}

TEST_F(WindowHideTest, HidingBeforeItWasSeenAgainIsAnsweredAgain) {
  open();
  hide();
  window().show({});
  window().hide();
  const std::uint64_t generation = unmap();
  client->settle();
  EXPECT_TRUE(client->toplevel().exists);
  window().on_unmapped(generation);
  client->settle();
  EXPECT_FALSE(client->toplevel().exists);
}

TEST_F(WindowHideTest, AnAnswerToAnEarlierHidingIsDisregarded) {
  open();
  window().hide();
  const std::uint64_t former = unmap();
  window().on_unmapped(former);
  window().show({});
  client->settle();
  client->draw();
  window().hide();
  window().on_unmapped(former);
  client->settle();
  EXPECT_TRUE(client->toplevel().exists) << "the present thread may still draw";
  window().on_unmapped(unmap());
  client->settle();
  EXPECT_FALSE(client->toplevel().exists);
}

TEST_F(WindowHideTest, WhatIsSaidToAHiddenWindowIsKeptOrDropped) {
  open();
  hide();
  const std::size_t before = client->requests().size();
  window().set_title("Later");
  window().enter_fullscreen();
  window().leave_fullscreen();
  window().toggle_fullscreen();
  window().hide();
  window().on_unmapped(window().state().generation);
  client->settle();
  EXPECT_EQ(client->requests().size(), before + 1) << "settle()'s own";
  window().show({});
  client->settle();
  EXPECT_EQ(client->toplevel().title, "Later");
  EXPECT_FALSE(client->toplevel().wants_fullscreen);
}

TEST_F(WindowHideTest, AFrameCallbackOfBeforeIsNotWaitedFor) {
  open({.frame_callbacks = Answers::Withheld});
  client->queue->request_frame_callback();
  client->draw();
  ASSERT_TRUE(client->queue->frame_callback_pending());
  hide();
  EXPECT_FALSE(client->queue->frame_callback_pending());
  window().show({});
  client->settle();
  client->queue->request_frame_callback();
  client->draw();
  client->compositor.send_frame_callbacks();
  client->settle();
  ASSERT_TRUE(client->queue->dispatch_pending());
  EXPECT_EQ(client->present_events.frames, 1);
}

TEST_F(WindowHideTest, BuffersComeBackWhenThePictureIsTakenAway) {
  open({.releases = Releases::WithNextCommit});
  EXPECT_EQ(client->buffers[0]->releases(), 0);
  hide();
  ASSERT_TRUE(client->queue->dispatch_pending());
  EXPECT_EQ(client->buffers[0]->releases(), 1);
}

TEST_F(WindowHideTest, ItEndsWhileHidden) {
  open();
  hide();
  client->buffers.clear();
  client->queue.reset();
  client->window.reset();
  client->settle();  // fails after a protocol error
}

TEST_F(WindowHideTest, FullscreenIsToggledFromWhatTheCompositorSays) {
  open();
  window().toggle_fullscreen();
  client->settle();
  EXPECT_TRUE(client->toplevel().wants_fullscreen);
  client->compositor.configure({1920, 1080}, {kFullscreen});
  client->settle();
  EXPECT_TRUE(window().is_fullscreen());
  window().toggle_fullscreen();
  client->settle();
  EXPECT_FALSE(client->toplevel().wants_fullscreen);
}

// The two threads of the product. Run under ThreadSanitizer, too.
struct HidingThreads : WindowHideTest {
  static constexpr int kTimes = 30;
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  loop::EventFd wake = loop::EventFd::create().value();
  std::atomic<std::uint64_t> unmapped{0};
  std::atomic<bool> stop{false};
  std::optional<loop::Wakeup> answer;
  int shows = 0;

  void present() {
    std::vector<std::unique_ptr<TestBuffer>> buffers;
    bool hidden = false;
    while (!stop) {
      pollfd woken{.fd = wake.fd(), .events = POLLIN, .revents = 0};
      if (poll(&woken, 1, 5000) != 1) break;
      wake.drain();
      if (!client->queue->dispatch_pending()) break;
      const auto state = window().apply_pending();
      if (!state) continue;
      hidden = state->hidden;
      if (hidden) {
        client->queue->unmap();
        unmapped = state->generation;
        answer->notify();
        continue;
      }
      buffers.push_back(
          std::make_unique<TestBuffer>(client->queue->native().shm, state->buffer, 0xff000000));
      commit_buffer(client->queue->native().surface, *buffers.back());
      client->queue->flush();
    }
  }

  // Main: shows whenever it is hidden, hides whenever it is seen.
  void turn() {
    wake.notify();
    if (!window().shown()) window().show({});
    if (window().state().hidden) return;
    if (++shows < kTimes) return window().hide();
    loop->quit();
  }
};

TEST_F(HidingThreads, HandTheSurfaceOverToEachOther) {
  open();
  ASSERT_TRUE(client->display->attach(*loop));
  client->display->on_read([this]() noexcept {
    if (client->queue->has_events()) wake.notify();
  });
  answer.emplace(loop::Wakeup::create(*loop, [this] {
                   window().on_unmapped(unmapped);
                   turn();
                   return loop::Next::Keep;
                 }).value());
  client->window_events.changed = [this] { turn(); };
  std::jthread presenter([this] { present(); });
  window().hide();
  EXPECT_TRUE(loop->run()) << "no protocol error";
  stop = true;
  wake.notify();
  presenter.join();
  EXPECT_EQ(shows, kTimes);
  client->display->on_read([]() noexcept {});
  answer.reset();
  client.reset();
}

}  // namespace
}  // namespace pierglass::wl::test
