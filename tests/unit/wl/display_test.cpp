// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/display.hpp"

#include <gtest/gtest.h>
#include <wayland-client.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

using std::chrono::milliseconds;

// Sets or (null) unsets a variable of the environment for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* former = std::getenv(name)) former_ = former;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(former_ ? former_->c_str() : nullptr); }

 private:
  void set(const char* value) const {
    if (value == nullptr)
      unsetenv(name_);
    else
      setenv(name_, value, 1);
  }
  const char* name_;
  std::optional<std::string> former_;
};

TEST(DisplayTest, ConnectsToTheSocketOfTheEnvironment) {
  FakeCompositor compositor;
  const std::filesystem::path socket = compositor.listen();
  const Variable folder("XDG_RUNTIME_DIR", socket.parent_path().c_str());
  const Variable name("WAYLAND_DISPLAY", socket.filename().c_str());
  const auto display = Display::connect();
  ASSERT_TRUE(display);
  EXPECT_TRUE((*display)->roundtrip());
}

TEST(DisplayTest, ConnectsToAnAbsolutePathWithoutARuntimeFolder) {
  FakeCompositor compositor;
  const std::string socket = compositor.listen();
  const Variable folder("XDG_RUNTIME_DIR", nullptr);
  const auto display = Display::connect(socket.c_str());
  ASSERT_TRUE(display);
  EXPECT_TRUE((*display)->roundtrip());
}

void expect_not_found(const char* name) {
  testing::internal::CaptureStderr();
  const auto display = Display::connect(name);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "the caller says it, once";
  ASSERT_FALSE(display);
  EXPECT_EQ(display.error().code, ErrorCode::NotFound);
}

TEST(DisplayTest, WithoutACompositorNothingIsFound) {
  const Variable socket("WAYLAND_SOCKET", nullptr);
  const Variable name("WAYLAND_DISPLAY", nullptr);
  {
    const Variable folder("XDG_RUNTIME_DIR", nullptr);
    expect_not_found(nullptr);
    expect_not_found("wayland-7");
  }
  const Variable folder("XDG_RUNTIME_DIR", "/nonexistent");
  expect_not_found(nullptr);
  expect_not_found("/nonexistent/wayland-0");
}

TEST(DisplayTest, ASocketThatADeadCompositorLeftIsNotFound) {
  std::string left;
  std::filesystem::path copy;
  {
    FakeCompositor compositor;
    left = compositor.listen();
    copy = std::filesystem::path(left).parent_path().string() + "-left";
    std::filesystem::rename(left, copy);
  }
  expect_not_found(copy.c_str());
  std::filesystem::remove(copy);
}

TEST(DisplayTest, ARoundtripWithACompositorThatHangsEnds) {
  TestClient client;
  client.compositor.pause();
  const Result<void> answered = client.display->roundtrip(milliseconds(20));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::NotReady);
  client.compositor.resume();
  EXPECT_TRUE(client.display->roundtrip());
}

TEST(DisplayTest, ACompositorThatGoesAwayDuringARoundtripIsLost) {
  TestClient client;
  client.compositor.pause();
  std::jthread killer([&] { client.compositor.disconnect_clients(); });
  const Result<void> answered = client.display->roundtrip();
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::Lost);
  EXPECT_EQ(client.display->loss(), "it closed the socket");
}

struct DisplayInALoop : testing::Test {
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  TestClient client;

  DisplayInALoop() { EXPECT_TRUE(client.display->attach(*loop)); }

  // Serves the loop until `done`; false when that takes too long.
  bool serve_until(std::move_only_function<bool()> done) const {
    const HostTime deadline = HostClock::now() + std::chrono::seconds(5);
    while (!done()) {
      if (HostClock::now() > deadline || !loop->step(milliseconds(20))) return false;
    }
    return true;
  }
};

TEST_F(DisplayInALoop, EventsAreDispatched) {
  client.open_window();
  client.compositor.close_toplevel();
  EXPECT_TRUE(serve_until([&] { return client.window_events.closes == 1; }));
}

TEST_F(DisplayInALoop, RequestsMadeInCallbacksAreSent) {
  client.compositor.ping();
  EXPECT_TRUE(serve_until([&] { return client.compositor.count("xdg_wm_base", "pong") == 1; }));
}

TEST_F(DisplayInALoop, EachReadIsTold) {
  int reads = 0;
  client.display->on_read([&]() noexcept { ++reads; });
  client.compositor.ping();
  EXPECT_TRUE(serve_until([&] { return reads > 0; }));
}

TEST_F(DisplayInALoop, ALostCompositorEndsTheLoop) {
  client.compositor.disconnect_clients();
  const Result<void> ended = loop->run();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Lost);
  EXPECT_EQ(ended.error().os_kind, OsErrorKind::Errno);
  EXPECT_EQ(client.display->loss(), "it closed the socket");
  EXPECT_EQ(client.display->roundtrip().error().code, ErrorCode::Lost) << "and stays lost";
}

TEST_F(DisplayInALoop, AProtocolErrorEndsTheLoopWithInterfaceAndCode) {
  ASSERT_TRUE(client.compositor.post_error("xdg_wm_base", 3, "for a test"));
  testing::internal::CaptureStderr();  // libwayland prints the compositor's message
  const Result<void> ended = loop->run();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("for a test"), std::string::npos);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Lost);
  EXPECT_EQ(ended.error().os_kind, OsErrorKind::Wayland);
  EXPECT_EQ(ended.error().os, 3);
  EXPECT_STREQ(ended.error().what, "xdg_wm_base");
  EXPECT_EQ(client.display->loss(), "protocol error 3 of xdg_wm_base");
}

// Requests until the kernel takes no more.
int fill_the_socket(const TestClient& client) {
  const std::string title(1000, 'x');
  int sent = 0;
  do {
    client.window->set_title(title.c_str());
    ++sent;
  } while (client.display->flush());
  return sent;
}

TEST_F(DisplayInALoop, AFullSocketIsFinishedByTheLoopWithoutSpinning) {
  client.open_window();
  client.compositor.pause();
  const int sent = fill_the_socket(client);
  const std::size_t before = client.compositor.count("xdg_toplevel", "set_title");
  // The wake-up that flush() left, then a wait that nothing ends.
  ASSERT_TRUE(loop->step(Nanoseconds(0)));
  ASSERT_TRUE(loop->step(Nanoseconds(0)));
  const HostTime start = HostClock::now();
  ASSERT_TRUE(loop->step(milliseconds(10)));
  EXPECT_GE(HostClock::now() - start, milliseconds(9)) << "no wake-up while the socket stays full";
  bool arrived = false;
  const loop::Wakeup finished = loop::Wakeup::create(*loop, [this] {
                                  loop->quit();
                                  return loop::Next::Stop;
                                }).value();
  std::jthread compositor([&] {
    client.compositor.resume();
    arrived = client.compositor.wait_for_request("xdg_toplevel", "set_title",
                                                 before + static_cast<std::size_t>(sent));
    finished.notify();
  });
  EXPECT_TRUE(loop->run()) << "only writability ends the waits meanwhile";
  compositor.join();
  EXPECT_TRUE(arrived);
}

}  // namespace
}  // namespace pierglass::wl::test
