// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gpu_trial.hpp"

#include <algorithm>
#include <utility>

#include "gfx/gl_handles.hpp"

namespace pierglass::gfx {

Result<void> wait_for_gpu(Nanoseconds patience) {
  const GlFence done(glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
  const GLenum waited = glClientWaitSync(done.get(), GL_SYNC_FLUSH_COMMANDS_BIT,
                                         static_cast<GLuint64>(patience.count()));
  if (waited == GL_TIMEOUT_EXPIRED) return fail(ErrorCode::Busy, "the GPU");
  if (waited == GL_WAIT_FAILED) return fail(ErrorCode::OsCall, "glClientWaitSync");
  return {};
}

Result<Nanoseconds> time_on_gpu(const TrialLimits& limits, std::size_t warm_ups,
                                const std::function<Result<void>()>& run) {
  constexpr std::size_t kTimed = 3;
  const HostTime start = limits.clock();
  HostTime began = start;
  Nanoseconds best{};
  for (std::size_t i = 0; i < warm_ups + kTimed; ++i) {
    TRY(run());
    TRY(wait_for_gpu(limits.patience));
    const HostTime ended = limits.clock();
    const Nanoseconds took = ended - std::exchange(began, ended);
    best = i <= warm_ups ? took : std::min(best, took);
    if (ended - start >= limits.share) break;
  }
  return best;
}

}  // namespace pierglass::gfx
