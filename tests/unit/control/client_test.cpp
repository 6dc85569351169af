// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/client.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <deque>
#include <string>
#include <thread>

#include "control/instance.hpp"
#include "tests/support/runtime_dir.hpp"
#include "tests/unit/control/caller.hpp"

namespace pierglass::control {
namespace {

struct ControlClient : testing::Test {
  test::RuntimeDir runtime;

  static Result<Reply> ask(Nanoseconds patience = kTestPatience) {
    return send_request("vm", {.verb = "toggle"}, HostClock::now() + patience);
  }
  static ErrorCode failure(Nanoseconds patience = kTestPatience) {
    const auto reply = ask(patience);
    return reply ? ErrorCode{} : reply.error().code;
  }
};

// Takes one caller, and its request when there is something to say to it; then closes.
void take_one(const Instance& instance, const std::string& say) {
  pollfd ready{.fd = instance.listener(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&ready, 1, 20'000), 1);
  const Fd caller(accept(instance.listener(), nullptr, nullptr));
  ASSERT_TRUE(caller);
  char request[kMaxRecord];
  EXPECT_GT(recv(caller.get(), request, sizeof request, 0), 0);
  if (!say.empty()) send(caller.get(), say.data(), say.size(), MSG_NOSIGNAL);
}

TEST_F(ControlClient, FindsNobodyWhereNobodyRuns) {
  EXPECT_EQ(failure(), ErrorCode::NotFound) << "no folder";
  (void)Instance::acquire("vm");
  EXPECT_EQ(failure(), ErrorCode::NotFound) << "no socket";
  const auto other = Instance::acquire("other");
  EXPECT_EQ(failure(), ErrorCode::NotFound) << "another name";
}

TEST_F(ControlClient, RefusesWhatIsNoName) {
  const auto reply = send_request("../vm", {.verb = "show"}, HostClock::now() + kTestPatience);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::InvalidArgument);
}

TEST_F(ControlClient, NeedsARuntimeFolder) {
  const test::Variable variable("XDG_RUNTIME_DIR", std::nullopt);
  EXPECT_EQ(failure(), ErrorCode::Unsupported);
}

TEST_F(ControlClient, WaitsNoLongerThanItsDeadline) {
  const auto silent = Instance::acquire("vm");
  ASSERT_TRUE(silent);
  const HostTime begin = HostClock::now();
  EXPECT_EQ(failure(std::chrono::milliseconds(30)), ErrorCode::NotReady);
  EXPECT_GE(HostClock::now() - begin, std::chrono::milliseconds(30));
  EXPECT_EQ(failure(Nanoseconds(0)), ErrorCode::NotReady) << "a deadline that has passed";
}

TEST_F(ControlClient, WaitsNoLongerForAPlaceInTheQueue) {
  const auto silent = Instance::acquire("vm");
  ASSERT_TRUE(silent);
  std::deque<Caller> queue;
  do {
    queue.emplace_back(runtime.socket("vm"));
  } while (queue.back().connect_error() == 0 && queue.size() < 1000);
  ASSERT_EQ(queue.back().connect_error(), EAGAIN) << "the queue is full";
  EXPECT_EQ(failure(std::chrono::milliseconds(30)), ErrorCode::NotReady);
}

TEST_F(ControlClient, TellsAnEndFromAnAnswer) {
  const auto instance = Instance::acquire("vm");
  ASSERT_TRUE(instance);
  std::thread other([&] { take_one(*instance, ""); });
  EXPECT_EQ(failure(), ErrorCode::Lost);
  other.join();
}

TEST_F(ControlClient, ChecksWhatItHears) {
  const auto instance = Instance::acquire("vm");
  ASSERT_TRUE(instance);
  for (const auto& [say, code] : std::vector<std::pair<std::string, ErrorCode>>{
           {"hello\n", ErrorCode::Corrupt},
           {"pierglass-control 2\ndone\n", ErrorCode::VersionMismatch},
           {std::string(kMaxRecord + 1, 'x'), ErrorCode::TooLarge}}) {
    std::thread other([&] { take_one(*instance, say); });
    EXPECT_EQ(failure(), code) << say;
    other.join();
  }
}

}  // namespace
}  // namespace pierglass::control
