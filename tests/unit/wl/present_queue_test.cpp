// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/present_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include <poll.h>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

struct PresentQueueTest : testing::Test {
  std::unique_ptr<TestClient> client;

  void open(FakeOptions options = {}) {
    client = std::make_unique<TestClient>(std::move(options));
    client->open_window({.size = {64, 64}});
    client->open_queue();
  }
  PresentQueue& queue() const { return *client->queue; }
  RecordedPresentEvents& events() const { return client->present_events; }
  // Main reads, then the present queue is served.
  void settle() const {
    client->settle();
    ASSERT_TRUE(queue().dispatch_pending());
  }
};

TEST_F(PresentQueueTest, AFrameCallbackGoesWithTheNextCommitAndIsNotOneByItself) {
  open();
  const std::size_t before = client->toplevel().commits.size();
  queue().request_frame_callback();
  client->settle();
  EXPECT_EQ(client->toplevel().commits.size(), before);
  client->draw();
  const Commit last = client->toplevel().commits.back();
  EXPECT_TRUE(last.with_buffer);
  EXPECT_EQ(last.frame_callbacks, 1U);
  EXPECT_EQ(client->compositor.count("wl_surface", "frame"), 1U);
}

TEST_F(PresentQueueTest, AnswersArriveOnThePresentQueueOnly) {
  open();
  queue().request_frame_callback();
  ASSERT_TRUE(queue().request_feedback(7));
  client->draw();  // the main queue is dispatched here
  EXPECT_EQ(events().frames, 0);
  EXPECT_TRUE(events().presented.empty());
  EXPECT_EQ(client->buffers[0]->releases(), 0);
  ASSERT_TRUE(queue().dispatch_pending());
  EXPECT_EQ(events().frames, 1);
  ASSERT_EQ(events().presented.size(), 1U);
  EXPECT_EQ(events().presented[0].frame, 7U);
  EXPECT_EQ(client->buffers[0]->releases(), 1);
}

TEST_F(PresentQueueTest, EventsAreKnownToBeThereUntilTheyAreDispatched) {
  open({.frame_callbacks = Answers::Withheld});
  queue().request_frame_callback();
  client->draw();
  settle();
  EXPECT_FALSE(queue().has_events());
  client->compositor.ping();
  client->settle();
  EXPECT_FALSE(queue().has_events()) << "those of the main queue do not count";
  client->compositor.send_frame_callbacks();
  client->settle();
  EXPECT_TRUE(queue().has_events());
  EXPECT_TRUE(queue().has_events()) << "asking takes nothing";
  ASSERT_TRUE(queue().dispatch_pending());
  EXPECT_FALSE(queue().has_events());
  EXPECT_EQ(events().frames, 1);
}

TEST_F(PresentQueueTest, AskingForEventsDoesNotKeepAnotherThreadFromReading) {
  open();
  queue().request_frame_callback();
  client->draw();
  settle();
  std::atomic<bool> done{false};
  std::jthread asker([&] {
    while (!done) (void)queue().has_events();
  });
  for (int i = 0; i < 200; ++i) client->settle();
  done = true;
}

TEST_F(PresentQueueTest, OnlyOneFrameCallbackIsOutstanding) {
  open({.frame_callbacks = Answers::Withheld});
  for (int i = 0; i < 3; ++i) {
    queue().request_frame_callback();
    client->draw();
  }
  EXPECT_EQ(client->toplevel().owed_frame_callbacks, 1U);
  EXPECT_TRUE(queue().frame_callback_pending());
  EXPECT_EQ(events().frames, 0);
  client->compositor.send_frame_callbacks();
  settle();
  EXPECT_EQ(events().frames, 1);
  EXPECT_FALSE(queue().frame_callback_pending());
  queue().request_frame_callback();
  EXPECT_TRUE(queue().frame_callback_pending());
}

TEST_F(PresentQueueTest, PresentationTimesAreReadInFull) {
  open({.feedback = Answers::Withheld});
  ASSERT_TRUE(queue().request_feedback(41));
  client->draw();
  constexpr std::uint64_t kSeconds = 0x1'0000'0002;
  client->compositor.send_presented(kSeconds * 1'000'000'000 + 3, 6'944'444, 0x5'0000'0006, 0xf);
  settle();
  ASSERT_EQ(events().presented.size(), 1U);
  const PresentedFrame& frame = events().presented[0];
  EXPECT_EQ(frame.frame, 41U);
  EXPECT_EQ(frame.time.time_since_epoch(), std::chrono::seconds(kSeconds) + Nanoseconds(3));
  EXPECT_EQ(frame.refresh, Nanoseconds(6'944'444));
  EXPECT_EQ(frame.sequence, 0x5'0000'0006U);
  EXPECT_EQ(frame.flags, 0xfU);
}

TEST_F(PresentQueueTest, AFrameThatWasNeverShownIsTold) {
  open({.feedback = Answers::Withheld});
  ASSERT_TRUE(queue().request_feedback(5));
  client->draw();
  client->compositor.send_discarded();
  settle();
  EXPECT_EQ(events().discarded, std::vector<std::uint64_t>{5});
  EXPECT_TRUE(events().presented.empty());
}

TEST_F(PresentQueueTest, FeedbackIsBoundedAndItsPlacesAreUsedAgain) {
  open({.feedback = Answers::Withheld});
  for (std::uint64_t i = 0; i < PresentQueue::kMaxFeedbacks; ++i)
    ASSERT_TRUE(queue().request_feedback(i));
  EXPECT_FALSE(queue().request_feedback(99)) << "a compositor that never answers costs no memory";
  client->draw();
  client->compositor.send_discarded();
  settle();
  EXPECT_EQ(events().discarded.size(), PresentQueue::kMaxFeedbacks);
  EXPECT_TRUE(queue().request_feedback(100));
}

TEST_F(PresentQueueTest, WithoutPresentationTimeThereIsNoFeedback) {
  open({.globals = all_globals_but("wp_presentation")});
  EXPECT_FALSE(queue().request_feedback(1));
  client->draw();
}

TEST_F(PresentQueueTest, TearingGoesWithTheNextCommitAndComesBack) {
  open();
  client->draw();
  EXPECT_FALSE(client->toplevel().commits.back().tearing);
  EXPECT_EQ(client->compositor.count("wp_tearing_control_manager_v1", "get_tearing_control"), 0U);
  ASSERT_TRUE(queue().allow_tearing(true));
  client->settle();
  EXPECT_FALSE(client->toplevel().commits.back().tearing);
  for (const bool allowed : {true, false, true}) {
    ASSERT_TRUE(queue().allow_tearing(allowed));
    client->draw();
    EXPECT_EQ(client->toplevel().commits.back().tearing, allowed);
  }
  EXPECT_EQ(client->compositor.count("wp_tearing_control_manager_v1", "get_tearing_control"), 1U)
      << "a second one would end the client";
}

TEST_F(PresentQueueTest, WithoutTearingControlThereIsNoTearing) {
  open({.globals = all_globals_but("wp_tearing_control_manager_v1")});
  EXPECT_FALSE(queue().allow_tearing(true));
  client->draw();
}

TEST_F(PresentQueueTest, ItEndsWithAnswersStillOwed) {
  open({.frame_callbacks = Answers::Withheld, .feedback = Answers::Withheld});
  queue().request_frame_callback();
  ASSERT_TRUE(queue().request_feedback(1));
  client->draw();
  client->buffers.clear();
  client->queue.reset();
  // The compositor does not know yet and answers objects that are gone.
  client->compositor.send_frame_callbacks();
  client->compositor.send_presented(1, 1, 1, 0);
  client->settle();
  EXPECT_EQ(events().frames, 0);
  EXPECT_TRUE(events().presented.empty());
}

TEST_F(PresentQueueTest, ItEndsWithAnswersUndispatched) {
  open();
  queue().request_frame_callback();
  ASSERT_TRUE(queue().request_feedback(1));
  client->draw();
  client->buffers.clear();
  client->queue.reset();
  client->settle();
  EXPECT_EQ(events().frames, 0);
}

TEST_F(PresentQueueTest, ALostConnectionIsTold) {
  open();
  client->compositor.disconnect_clients();
  EXPECT_FALSE(client->display->roundtrip());
  const auto dispatched = queue().dispatch_pending();
  ASSERT_FALSE(dispatched);
  EXPECT_EQ(dispatched.error().code, ErrorCode::Lost);
}

// The two threads of the product: main serves the loop, present draws one frame for each callback
// while the window's size changes. Run under ThreadSanitizer, too.
struct TwoThreads : PresentQueueTest {
  static constexpr int kFrames = 150;
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  loop::EventFd wake = loop::EventFd::create().value();
  std::optional<loop::Wakeup> finished;

  void present() {
    int drawn = 0;
    while (events().frames < kFrames) {
      if (drawn == events().frames) {
        if (const auto state = client->window->apply_pending()) size_ = state->buffer;
        queue().request_frame_callback();
        buffers_.push_back(std::make_unique<TestBuffer>(queue().native().shm, size_, 0xff000000));
        commit_buffer(queue().native().surface, *buffers_.back());
        queue().flush();
        ++drawn;
      }
      pollfd woken{.fd = wake.fd(), .events = POLLIN, .revents = 0};
      if (poll(&woken, 1, 5000) != 1) break;
      wake.drain();
      if (!queue().dispatch_pending()) break;
    }
    buffers_.clear();
    finished->notify();
  }

 private:
  Size size_;
  std::vector<std::unique_ptr<TestBuffer>> buffers_;
};

TEST_F(TwoThreads, DrawWhileTheWindowChanges) {
  open();
  ASSERT_TRUE(client->display->attach(*loop));
  client->display->on_read([this]() noexcept {
    if (queue().has_events()) wake.notify();
  });
  finished.emplace(loop::Wakeup::create(*loop, [this] {
                     loop->quit();
                     return loop::Next::Stop;
                   }).value());
  std::jthread changes([this] {
    for (std::uint32_t i = 1; i <= 50; ++i) {
      client->compositor.configure({64 + i, 64});
      client->compositor.preferred_scale(120 + i);
      client->compositor.ping();
    }
  });
  std::jthread presenter([this] { present(); });
  EXPECT_TRUE(loop->run());
  presenter.join();
  changes.join();
  client->display->on_read([]() noexcept {});
  EXPECT_EQ(events().frames, kFrames);
  for (const Commit& commit : client->toplevel().commits) {
    EXPECT_LE(commit.acks.size(), 1U);
    EXPECT_TRUE(commit.with_buffer || commit.frame_callbacks == 0U);
  }
  client.reset();
}

}  // namespace
}  // namespace pierglass::wl::test
