// SPDX-License-Identifier: GPL-2.0-or-later
// What the main thread asks of the present thread, over the threads' border.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/app/present_bench.hpp"

namespace pierglass::app {
namespace {

struct PresentThreadRequests : PresentThreadTest {
  explicit PresentThreadRequests(wl::test::FakeOptions options = {})
      : PresentThreadTest(std::move(options)) {}

  void start_with_a_picture() {
    guest.newest = 1;
    start({GuestNews{.status = GuestStatus::Live}});
    ASSERT_TRUE(serve_until([&] { return thread->pointer().picture == TalkingSource::kSize; }));
    ASSERT_TRUE(serve_until([&] { return !client.toplevel().pixels.empty(); }));
  }
  // Of the dark box: the guest's picture is white.
  [[nodiscard]] bool shows_panel() {
    return std::ranges::any_of(client.toplevel().pixels,
                               [](std::uint32_t pixel) { return (pixel & 0xff) < 0x80; });
  }
};

struct PresentThreadUnanswered : PresentThreadRequests {
  PresentThreadUnanswered() : PresentThreadRequests({.frame_callbacks = Answers::Withheld}) {}
  using Answers = wl::test::Answers;
};

TEST_F(PresentThreadRequests, APanelIsShownAndGoesAgain) {
  start_with_a_picture();
  EXPECT_FALSE(shows_panel());
  thread->set_panel({"text"});
  EXPECT_TRUE(serve_until([&] { return shows_panel(); }));
  thread->set_panel({"other", "text"});
  thread->set_panel({});
  EXPECT_TRUE(serve_until([&] { return !shows_panel(); }));
}

TEST_F(PresentThreadRequests, ThePointerIsKnownReportedAndPlaced) {
  start_with_a_picture();
  guest.pointer_serial = 1;
  thread->show_pointer(false);
  ASSERT_TRUE(serve_until([&] { return told.pointer_image.has_value(); }));
  EXPECT_EQ(told.pointer_image->image->blend, (std::vector<std::uint32_t>{0xff000000}));
  ASSERT_TRUE(serve_until([&] { return thread->pointer().visible; }));
  thread->watch_pointer(true);
  for (std::int32_t x = 1; x < 50; ++x) {
    told.pointer_changed = false;
    guest.pointer_x = x;
    ASSERT_TRUE(serve_until([&] { return told.pointer_changed; })) << x;
    ASSERT_TRUE(serve_until([&] { return thread->pointer().position == Point{x, 5}; })) << x;
  }
  thread->place_pointer({3, 4});
  ASSERT_TRUE(serve_until([&] { return told.placed.has_value(); }));
  EXPECT_TRUE(*told.placed);
  told.placed.reset();
  guest.takes_positions = false;
  thread->place_pointer({3, 4});
  ASSERT_TRUE(serve_until([&] { return told.placed.has_value(); }));
  EXPECT_EQ(told.placed->error().code, ErrorCode::Unsupported);
}

TEST_F(PresentThreadRequests, AScreenshotComesAndThePictureStays) {
  start_with_a_picture();
  thread->set_panel({"text"});
  thread->request_screenshot();
  ASSERT_TRUE(serve_until([&] { return told.screenshot.has_value(); }));
  ASSERT_TRUE(*told.screenshot);
  const Screenshot& shot = **told.screenshot;
  EXPECT_EQ(shot.size, TalkingSource::kSize);
  EXPECT_TRUE(std::ranges::all_of(shot.pixels, [](std::uint32_t pixel) {
    return (pixel & 0xffffff) == 0xffffff;
  })) << "without the panel";
  EXPECT_TRUE(serve_until([&] { return shows_panel(); }));
}

TEST_F(PresentThreadUnanswered, ACommitIsMadeOnTopOfAFrameCallbackThatNobodyAnswers) {
  start_with_a_picture();
  draws();  // a step later all that was new is committed
  const std::size_t commits = client.toplevel().commits.size();
  thread->request_commit();
  thread->request_commit();
  ASSERT_TRUE(serve_until([&] { return told.committed == 2; }));
  EXPECT_TRUE(
      client.compositor.wait_until([&] { return client.toplevel().commits.size() > commits; }));
  EXPECT_LE(client.toplevel().commits.size(), commits + 2);
}

// For the thread sanitizer: everything at once, from another thread than the one that serves it.
TEST_F(PresentThreadRequests, AnyMixtureOfRequestsIsServed) {
  start_with_a_picture();
  guest.pointer_serial = 1;
  for (std::int32_t i = 0; i < 200; ++i) {
    guest.newest = static_cast<std::uint64_t>(i) + 2;
    guest.pointer_x = i;
    guest.pointer_serial = static_cast<std::uint64_t>(i / 3) + 1;
    thread->set_panel({std::to_string(i)});
    thread->show_pointer(i % 5 == 0);
    thread->watch_pointer(i % 7 != 0);
    thread->place_pointer({i, i});
    thread->request_commit();
    if (i % 10 == 0) thread->request_screenshot();
    (void)thread->pointer();
    ASSERT_TRUE(loop->step(Nanoseconds(0)));
  }
  ASSERT_TRUE(serve_until([&] { return told.committed == 200; }));
  ASSERT_TRUE(serve_until([&] { return told.screenshot && told.placed && told.pointer_image; }));
  thread->show_pointer(false);
  EXPECT_TRUE(serve_until([&] { return thread->pointer().position == Point{199, 5}; }));
}

}  // namespace
}  // namespace pierglass::app
