// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/restart_policy.hpp"

#include <algorithm>

#include "guest/core/exit_status.hpp"

namespace pierglass::guest {

CaptureEnd capture_end(std::uint32_t code) {
  switch (code) {
    case to_code(ExitStatus::Done):
    case to_code(ExitStatus::Restart):
      return CaptureEnd::Again;
    case to_code(ExitStatus::BadConfiguration):
      return CaptureEnd::BadConfiguration;
    default:
      return CaptureEnd::Failed;
  }
}

void RestartPolicy::on_started(HostTime now) {
  started_ = now;
  failed_.reset();
}

void RestartPolicy::on_ended(HostTime now, CaptureEnd end) {
  if (started_ && now - *started_ >= kGoodRun) pause_ = Nanoseconds::zero();
  if (end == CaptureEnd::BadConfiguration) refused_ = true;
  if (end != CaptureEnd::Failed) return;
  failed_ = now;
  pause_ = pause_ == Nanoseconds::zero() ? kSpacing : std::min(2 * pause_, kLongestPause);
}

void RestartPolicy::forget() {
  failed_.reset();
  pause_ = Nanoseconds::zero();
  refused_ = false;
}

std::optional<HostTime> RestartPolicy::next_start() const {
  if (refused_) return std::nullopt;
  if (!started_) return HostTime::min();
  const HostTime spaced = *started_ + kSpacing;
  return failed_ ? std::max(spaced, *failed_ + pause_) : spaced;
}

}  // namespace pierglass::guest
