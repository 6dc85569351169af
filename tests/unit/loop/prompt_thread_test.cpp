// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/prompt_thread.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>

namespace pierglass::loop {
namespace {

// The kernel's struct sched_attr of the first size; its header and the C library's exclude each
// other.
struct Attributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

Attributes of_this_thread() {
  Attributes attributes{};
  EXPECT_EQ(syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0), 0);
  return attributes;
}

bool kernel_has_slices() {
  utsname system{};
  std::pair version{0, 0};
  EXPECT_EQ(uname(&system), 0);
  EXPECT_EQ(std::sscanf(system.release, "%d.%d", &version.first, &version.second), 2);
  return version >= std::pair{6, 12};
}

TEST(PromptThread, HasShortTurnsAndNothingElseIsNew) {
  std::thread([] {
    const Attributes before = of_this_thread();
    make_thread_prompt();
    const Attributes after = of_this_thread();
    EXPECT_EQ(after.runtime, kernel_has_slices() ? 100'000U : before.runtime);
    EXPECT_EQ(after.policy, before.policy);
    EXPECT_EQ(after.nice, before.nice);
    std::thread([&before] {
      EXPECT_EQ(of_this_thread().runtime, before.runtime) << "inherited";
    }).join();
  }).join();
}

}  // namespace
}  // namespace pierglass::loop
