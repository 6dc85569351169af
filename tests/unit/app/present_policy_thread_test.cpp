// SPDX-License-Identifier: GPL-2.0-or-later
// What the present thread asks the compositor about its commits.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/app/present_bench.hpp"

namespace pierglass::app {
namespace {

struct PolicyThread : PresentThreadTest {
  using PresentThreadTest::PresentThreadTest;

  void start_live() {
    guest.newest = 1;
    start({{.status = GuestStatus::Live}});
  }
  // One frame after the other, each committed before the next comes.
  void show_frames(int count) {
    for (int i = 0; i < count; ++i) {
      const std::uint64_t before = draws();
      publish();
      thread->wake();
      ASSERT_TRUE(serve_until([&] { return draws() > before; }));
    }
  }
  std::size_t questions() {
    const auto requests = client.requests();
    return static_cast<std::size_t>(std::ranges::count_if(requests, is_question));
  }
  static bool is_question(const test::Request& request) {
    return request.interface == "wp_presentation" && request.name == "feedback";
  }
};

TEST_F(PolicyThread, DrawingByProcessorAsksNothing) {
  start_live();
  show_frames(5);
  EXPECT_EQ(questions(), 0u);
}

TEST_F(PolicyThread, AsksOnceWithEachCommitThatShowsSomething) {
  policy = pace::PolicyChoice::Mailbox;
  start_live();
  show_frames(5);
  EXPECT_GE(questions(), 5u);
  bool asked = false;
  bool attached = false;
  for (const test::Request& request : client.requests()) {
    if (is_question(request)) {
      EXPECT_FALSE(std::exchange(asked, true)) << "twice for one commit";
    }
    if (request.interface != "wl_surface") continue;
    if (request.name == "attach") attached = true;
    if (request.name != "commit") continue;
    EXPECT_TRUE(attached || !asked) << "a commit for the answer alone";
    asked = attached = false;
  }
}

TEST_F(PolicyThread, TearingIsAskedForBeforeTheFirstPictureAndGivenBack) {
  tearing = true;
  start_live();
  show_frames(2);
  ASSERT_TRUE(serve_until([&] { return told.tearing == Tearing::On; }));
  EXPECT_EQ(snapshots.back().policy, pace::Policy::Mailbox);
  for (const test::Commit& commit : client.toplevel().commits) {
    EXPECT_EQ(commit.tearing, commit.with_buffer);
  }
  thread->set_tearing(false);
  ASSERT_TRUE(serve_until([&] { return told.tearing == Tearing::Off; }));
  ASSERT_TRUE(serve_until([&] { return !client.toplevel().commits.back().tearing; }));
}

struct NoTearing : PolicyThread {
  NoTearing() : PolicyThread({.globals = test::all_globals_but("wp_tearing_control_manager_v1")}) {}
};

TEST_F(NoTearing, AWishForItIsAnsweredAndPicturesGoOn) {
  tearing = true;
  start_live();
  show_frames(2);
  ASSERT_TRUE(serve_until([&] { return told.tearing == Tearing::NotHere; }));
  EXPECT_FALSE(snapshots.back().tearing);
}

struct SilentCompositor : PolicyThread {
  SilentCompositor() : PolicyThread({.feedback = test::Answers::Withheld}) {}
};

TEST_F(SilentCompositor, AQuestionThatIsNotAnsweredHoldsNothingUp) {
  policy = pace::PolicyChoice::Mailbox;
  start_live();
  show_frames(20);
  EXPECT_EQ(questions(), wl::PresentQueue::kMaxFeedbacks);
  EXPECT_EQ(snapshots.back().policy, pace::Policy::Mailbox);
}

TEST_F(SilentCompositor, WithoutAnswersCallbacksAreWaitedFor) {
  policy = pace::PolicyChoice::Late;
  start_live();
  show_frames(20);
  EXPECT_EQ(snapshots.back().policy, pace::Policy::Callback);
}

TEST_F(SilentCompositor, AnswersThatComeLateCountAndAreNotWaitedFor) {
  policy = pace::PolicyChoice::Late;
  start_live();
  show_frames(4);
  ASSERT_TRUE(client.display->roundtrip());  // the compositor has heard of all four
  const auto now = HostClock::now().time_since_epoch();
  client.compositor.send_presented(static_cast<std::uint64_t>(now.count()), 16'666'667, 0, 1);
  ASSERT_TRUE(serve_until([&] {
    draws();
    return snapshots.back().presented.presented >= 4;
  }));
  EXPECT_EQ(snapshots.back().refresh, Nanoseconds(16'666'667));
  show_frames(3);
}

struct OldCompositor : PolicyThread {
  OldCompositor() : PolicyThread({.globals = test::all_globals_but("wp_presentation")}) {}
};

TEST_F(OldCompositor, WithoutPresentationTimesCallbacksAreWaitedFor) {
  policy = pace::PolicyChoice::Late;
  start_live();
  show_frames(5);
  EXPECT_EQ(questions(), 0u);
  EXPECT_EQ(snapshots.back().policy, pace::Policy::Callback);
}

struct ForeignClock : PolicyThread {
  ForeignClock() : PolicyThread({.presentation_clock = 12345}) {}
};

TEST_F(ForeignClock, TimesOfAClockThatThisMachineLacksAreNotAskedFor) {
  policy = pace::PolicyChoice::Late;
  start_live();
  show_frames(5);
  EXPECT_EQ(questions(), 0u);
  EXPECT_EQ(snapshots.back().policy, pace::Policy::Callback);
}

}  // namespace
}  // namespace pierglass::app
