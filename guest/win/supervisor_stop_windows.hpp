// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/core/publisher.hpp"
#include "guest/options.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

// While this lives, the publisher stops when the service that started this process says so, or is
// no more. Windows' thread pool waits.
class SupervisorStop {
 public:
  // Takes the handles over. The publisher outlives this.
  SupervisorStop(const SupervisorLinks& links, Publisher& publisher);
  SupervisorStop(const SupervisorStop&) = delete;
  SupervisorStop& operator=(const SupervisorStop&) = delete;
  ~SupervisorStop();

 private:
  static void __stdcall on_news(void* publisher, unsigned char timed_out);

  shm::KernelHandle event_;
  shm::KernelHandle process_;
  void* waits_[2] = {};
};

}  // namespace pierglass::guest
