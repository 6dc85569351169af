// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/presentation_map.hpp"

namespace pierglass::app {
namespace {

Nanoseconds since_epoch(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

}  // namespace

PresentationMap::PresentationMap(clockid_t clock) : clock_(clock) {
  timespec ignored{};
  usable_ = clock_gettime(clock, &ignored) == 0;
}

HostTime PresentationMap::to_host(PresentationTime time) const {
  if (clock_ == CLOCK_MONOTONIC) return HostTime(time.time_since_epoch());
  timespec theirs{};
  clock_gettime(clock_, &theirs);
  const Nanoseconds age = since_epoch(theirs) - time.time_since_epoch();
  return HostClock::now() - age;
}

}  // namespace pierglass::app
