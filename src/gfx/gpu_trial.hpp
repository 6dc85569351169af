// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pierglass::gfx {

// How long what is to be chosen by its time is tried.
struct TrialLimits {
  Nanoseconds share;     // for one way, and one run more: a single one is a trial
  Nanoseconds patience;  // for one run: a GPU that hangs is not waited for
  std::function<HostTime()> clock = &HostClock::now;
};

// Waits until the GPU has done what it was told so far. Busy: it takes longer; OsCall.
Result<void> wait_for_gpu(Nanoseconds patience);

// The least that `run` and the GPU's part of it take, of a few after `warm_ups` that do not count;
// when the share is used up what there is by then. Errors: of wait_for_gpu() and of `run`.
Result<Nanoseconds> time_on_gpu(const TrialLimits& limits, std::size_t warm_ups,
                                const std::function<Result<void>()>& run);

}  // namespace pierglass::gfx
