// SPDX-License-Identifier: GPL-2.0-or-later
// What others do to the control socket costs the loop bounded time and no descriptors.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "control/instance.hpp"
#include "control/server.hpp"
#include "tests/support/runtime_dir.hpp"
#include "tests/support/thread_cpu.hpp"
#include "tests/unit/control/caller.hpp"

namespace pierglass::control {
namespace {

const std::string kShow = encode(Request{.verb = "show"});
const std::string kDone = encode(Reply{.done = true});

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::milliseconds kLongestStep(200);
#else
constexpr std::chrono::milliseconds kLongestStep(50);
#endif

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct ControlFlood : testing::Test {
  test::RuntimeDir runtime;
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  Instance instance = Instance::acquire("vm").value();
  std::size_t heard = 0;
  Server server = Server::create(*loop, instance.listener(), [this](const Request&, Answer answer) {
                    ++heard;
                    answer.done();
                  }).value();
  std::chrono::nanoseconds longest{};  // processor time of a step

  void step() {
    const std::chrono::nanoseconds begin = test::thread_cpu();
    ASSERT_TRUE(loop->step(std::chrono::milliseconds(0)));
    longest = std::max(longest, test::thread_cpu() - begin);
  }
  [[nodiscard]] Caller caller() const { return Caller(runtime.socket("vm")); }
};

// Sends one byte with a descriptor attached.
void pass_descriptor(const Caller& caller) {
  char byte = 'x';
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int sent = caller.fd();
  std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
  sendmsg(caller.fd(), &message, MSG_NOSIGNAL);
}

TEST_F(ControlFlood, TenThousandBadCallersCostNeitherTimeNorDescriptors) {
  std::mt19937 random(20260801);
  std::deque<Caller> callers;  // some stay, half open
  std::size_t honest = 0;
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 10'000; ++i) {
    Caller one = caller();
    switch (random() % 6) {
      case 0:
        break;  // says nothing
      case 1:
        (void)one.say(std::string(random() % 6000, static_cast<char>(random())));
        break;
      case 2:
        (void)one.say(kShow.substr(0, random() % kShow.size()));
        break;
      case 3:
        shutdown(one.fd(), SHUT_WR);
        break;
      case 4:
        pass_descriptor(one);
        break;
      default:
        honest += one.say(kShow);
        (void)one.say(kShow);
        break;
    }
    if (random() % 2 == 0) callers.push_back(std::move(one));
    if (callers.size() > 40) callers.pop_front();
    if (random() % 3 == 0) step();
    ASSERT_LE(server.connections(), ServerLimits().connections);
  }
  EXPECT_GT(heard, 1000U) << "of " << honest;
  EXPECT_LT(longest, kLongestStep);
  callers.clear();
  ASSERT_TRUE(serve_until(*loop, [&] { return server.connections() == 0; }));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ControlFlood, AnHonestCallerIsServedWhileSilentOnesComeWithoutEnd) {
  std::deque<Caller> silent;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 6; ++i) silent.push_back(caller());
    const Caller honest = caller();
    ASSERT_EQ(honest.connect_error(), 0);
    ASSERT_TRUE(honest.say(kShow));
    step();
    for (int i = 0; i < 6; ++i) silent.push_back(caller());
    step();
    EXPECT_EQ(honest.heard(), kDone) << round;
    step();
    while (silent.size() > 40) silent.pop_front();
  }
}

// Callers wait while the process has no descriptor left for them, and the loop rests.
TEST_F(ControlFlood, WithoutDescriptorsCallersWait) {
  const Caller one = caller();
  ASSERT_TRUE(one.say(kShow));
  rlimit former{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &former), 0);
  const int free_one = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(free_one);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(free_one), .rlim_max = former.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  int steps = 0;
  const HostTime end = HostClock::now() + std::chrono::milliseconds(150);
  for (; HostClock::now() < end; ++steps) ASSERT_TRUE(loop->step(end - HostClock::now()));
  EXPECT_FALSE(one.heard());
  EXPECT_LT(steps, 20) << "the loop does not spin";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &former), 0);
  EXPECT_EQ(answer_to(*loop, one), kDone);
}

}  // namespace
}  // namespace pierglass::control
