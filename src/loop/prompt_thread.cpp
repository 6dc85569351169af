// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/prompt_thread.hpp"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pierglass::loop {

void make_thread_prompt() noexcept {
  constexpr unsigned kSliceNs = 100'000;  // the least that the kernel takes
  sched_attr attributes{};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.sched_flags |= SCHED_FLAG_RESET_ON_FORK;
  attributes.sched_runtime = kSliceNs;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace pierglass::loop
