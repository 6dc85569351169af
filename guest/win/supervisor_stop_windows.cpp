// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/supervisor_stop_windows.hpp"

#include <windows.h>

namespace pierglass::guest {
namespace {

HANDLE to_handle(std::uint64_t number) {
  return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(number));
}

}  // namespace

SupervisorStop::SupervisorStop(const SupervisorLinks& links, Publisher& publisher)
    : event_(to_handle(links.stop_event)), process_(to_handle(links.process)) {
  const HANDLE sources[] = {event_.get(), process_.get()};
  for (int i = 0; i < 2; ++i) {
    if (sources[i] == nullptr) continue;
    if (!RegisterWaitForSingleObject(&waits_[i], sources[i], &SupervisorStop::on_news, &publisher,
                                     INFINITE, WT_EXECUTEONLYONCE))
      waits_[i] = nullptr;
  }
}

SupervisorStop::~SupervisorStop() {
  // Returns when no callback is running.
  for (void* wait : waits_) {
    if (wait != nullptr) UnregisterWaitEx(wait, INVALID_HANDLE_VALUE);
  }
}

void SupervisorStop::on_news(void* publisher, unsigned char /*timed_out*/) {
  static_cast<Publisher*>(publisher)->stop();
}

}  // namespace pierglass::guest
