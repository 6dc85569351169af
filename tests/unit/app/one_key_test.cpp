// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/one_key.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/remote.hpp"
#include "control/client.hpp"
#include "loop/event_loop.hpp"
#include "tests/support/runtime_dir.hpp"

namespace pierglass::app {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kPatience(20);
constexpr int kStarted = 100;  // a child's exit status: it became the running one

ParsedOptions words(Action action, std::vector<std::string> commands = {}) {
  Options options;
  options.name = "vm";
  return {.options = options, .action = action, .commands = std::move(commands)};
}

// A running client's control socket, served by a thread.
class Running {
 public:
  explicit Running(control::Instance instance) : instance_(std::move(instance)) {
    server_.emplace(
        serve_remote(*loop_, instance_,
                     [this](Verb, const control::Request& request, control::Answer answer) {
                       requests_.push_back(request);
                       request.verb == "stats" ? answer.refuse("stats is ill") : answer.done();
                     })
            .value());
    thread_ = std::thread([this] {
      while (!ended_ && loop_->step(milliseconds(5))) {
      }
    });
  }
  ~Running() { (void)end(); }

  // What was asked of it.
  std::vector<control::Request> end() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    return requests_;
  }

 private:
  control::Instance instance_;
  std::unique_ptr<loop::EventLoop> loop_ = loop::EventLoop::create().value();
  std::vector<control::Request> requests_;
  std::optional<control::Server> server_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

struct OneKeyTest : testing::Test {
  test::RuntimeDir runtime;
  test::Variable token{"XDG_ACTIVATION_TOKEN", std::nullopt};
  test::Variable startup_id{"DESKTOP_STARTUP_ID", std::nullopt};
  std::string said;

  OneKey press(const ParsedOptions& parsed) {
    testing::internal::CaptureStderr();
    OneKey key = one_key(parsed);
    said = testing::internal::GetCapturedStderr();
    return key;
  }
  void says(const char* what) const {
    EXPECT_NE(said.find(what), std::string::npos) << said;
    EXPECT_EQ(said.find('\n'), said.size() - 1) << "one line: " << said;
  }
};

TEST_F(OneKeyTest, APlainStartBecomesTheRunningOne) {
  const OneKey key = press(words(Action::Run));
  ASSERT_TRUE(key.start);
  ASSERT_TRUE(key.start->instance);
  EXPECT_EQ(key.start->instance->name(), "vm");
  EXPECT_FALSE(key.start->capture);
  EXPECT_FALSE(key.start->without_instance);
  EXPECT_EQ(said, "");
}

TEST_F(OneKeyTest, APlainStartBesideARunningOneIsRefused) {
  const auto running = control::Instance::acquire("vm");
  const OneKey key = press(words(Action::Run));
  EXPECT_FALSE(key.start);
  EXPECT_EQ(key.exit_status, 1);
  says("a pierglass called vm runs already (process ");
  says("pierglass toggle, or start another one with --name");
}

TEST_F(OneKeyTest, APlainStartRunsWithoutARuntimeFolder) {
  const test::Variable none("XDG_RUNTIME_DIR", std::nullopt);
  const OneKey key = press(words(Action::Run));
  ASSERT_TRUE(key.start);
  EXPECT_FALSE(key.start->instance);
  ASSERT_TRUE(key.start->without_instance);
  EXPECT_EQ(key.start->without_instance->code, ErrorCode::Unsupported);
  EXPECT_EQ(said, "");
}

TEST_F(OneKeyTest, OthersNeedARuntimeFolder) {
  const test::Variable none("XDG_RUNTIME_DIR", std::nullopt);
  EXPECT_EQ(press(words(Action::Toggle)).exit_status, 1);
  says("XDG_RUNTIME_DIR is not set");
  EXPECT_EQ(press(words(Action::Send, {"show"})).exit_status, 1);
  says("XDG_RUNTIME_DIR is not set");
  none.set("/nonexistent/folder");
  EXPECT_EQ(press(words(Action::Toggle)).exit_status, 1);
  says("there is no folder XDG_RUNTIME_DIR");
}

TEST_F(OneKeyTest, ToggleStartsWhereNobodyRuns) {
  token.set("token-1");
  const OneKey key = press(words(Action::Toggle));
  ASSERT_TRUE(key.start);
  ASSERT_TRUE(key.start->instance);
  EXPECT_TRUE(key.start->capture);
  EXPECT_EQ(key.start->activation_token, "token-1");
}

TEST_F(OneKeyTest, ToggleReachesTheRunningOne) {
  Running running(control::Instance::acquire("vm").value());
  token.set("token-2");
  ParsedOptions parsed = words(Action::Toggle);
  parsed.options->output = "DP-1";
  const OneKey key = press(parsed);
  EXPECT_FALSE(key.start);
  EXPECT_EQ(key.exit_status, 0) << said;
  const auto requests = running.end();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0],
            (control::Request{.verb = "toggle", .token = "token-2", .output = "DP-1"}));
}

TEST_F(OneKeyTest, TheTokenIsTakenOutOfTheEnvironment) {
  startup_id.set("token-3");
  EXPECT_EQ(press(words(Action::Toggle)).start->activation_token, "token-3");
  EXPECT_EQ(getenv("DESKTOP_STARTUP_ID"), nullptr);
  token.set("token-4");
  startup_id.set("token-5");
  EXPECT_EQ(press(words(Action::Toggle)).start->activation_token, "token-4");
  EXPECT_EQ(getenv("XDG_ACTIVATION_TOKEN"), nullptr);
  EXPECT_EQ(getenv("DESKTOP_STARTUP_ID"), nullptr);
  token.set(std::string(5000, 'x'));
  EXPECT_EQ(press(words(Action::Toggle)).start->activation_token, "");
}

TEST_F(OneKeyTest, SendSaysWhatIsDoneAndWhatNot) {
  Running running(control::Instance::acquire("vm").value());
  EXPECT_EQ(press(words(Action::Send, {"show", "release"})).exit_status, 0);
  EXPECT_EQ(said, "");
  EXPECT_EQ(press(words(Action::Send, {"hide", "stats", "quit"})).exit_status, 1);
  EXPECT_EQ(said, "pierglass: stats is ill\n");
  EXPECT_EQ(press(words(Action::Send, {"dance"})).exit_status, 1);
  says("knows no command 'dance'; it knows: toggle, show");
  std::string verbs;
  for (const control::Request& request : running.end()) verbs += request.verb + " ";
  EXPECT_EQ(verbs, "show release hide stats ") << "the rest is not tried";
}

TEST_F(OneKeyTest, SendToNobodySaysHowToStart) {
  const OneKey key = press(words(Action::Send, {"show"}));
  EXPECT_FALSE(key.start);
  EXPECT_EQ(key.exit_status, 1);
  says("no pierglass called vm is running; start it with pierglass toggle");
}

TEST_F(OneKeyTest, WhatParsingEndedStaysEnded) {
  const OneKey key = press({.options = {}, .exit_status = 2});
  EXPECT_FALSE(key.start);
  EXPECT_EQ(key.exit_status, 2);
}

// A child's exit status, which is kStarted where it became the running one and served until
// `expected` others had asked it. It begins when `begin` can be read, if that is a descriptor.
pid_t press_in_a_child(std::size_t expected, int begin = -1) {
  const pid_t child = fork();
  if (child != 0) return child;
  char byte = 0;
  if (begin >= 0 && read(begin, &byte, 1) != 1) _exit(1);
  OneKey key = one_key(words(Action::Toggle));
  if (!key.start) _exit(key.exit_status);
  const auto loop = loop::EventLoop::create().value();
  std::size_t asked = 0;
  const auto server = serve_remote(*loop, key.start->instance.value(),
                                   [&](Verb, const control::Request&, control::Answer answer) {
                                     ++asked;
                                     answer.done();
                                   });
  const HostTime deadline = HostClock::now() + kPatience;
  while (asked < expected && HostClock::now() < deadline) (void)loop->step(milliseconds(5));
  _exit(asked == expected ? kStarted : 1);
}

int status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(OneKeyTest, OfManyTogglesAtOnceOneStartsAndHearsTheOthers) {
  for (int round = 0; round < 10; ++round) {
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) children.push_back(press_in_a_child(3));
    int started = 0;
    for (const pid_t child : children) {
      const int status = status_of(child);
      started += status == kStarted ? 1 : 0;
      EXPECT_TRUE(status == kStarted || status == 0) << status;
    }
    EXPECT_EQ(started, 1);
  }
}

TEST_F(OneKeyTest, ToggleTakesOverFromOneThatEndsMeanwhile) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const Fd begin(pipe_ends[0]);
  const Fd go(pipe_ends[1]);
  const pid_t child = press_in_a_child(0, begin.get());  // a fork would share the lock
  std::optional<control::Instance> ending(control::Instance::acquire("vm").value());
  EXPECT_EQ(write(go.get(), "g", 1), 1);
  pollfd caller{.fd = ending->listener(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&caller, 1, 20'000), 1);
  ending.reset();
  EXPECT_EQ(status_of(child), kStarted);
}

}  // namespace
}  // namespace pierglass::app
