// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pierglass::gfx {

// The kernel's timelines (DRM syncobjs): points, each signalled when a fence of it is, or by
// whoever shares the timeline. Narrow, so that tests can stand in for a kernel.
class TimelineKernel {
 public:
  TimelineKernel() = default;
  TimelineKernel(const TimelineKernel&) = delete;
  TimelineKernel& operator=(const TimelineKernel&) = delete;
  virtual ~TimelineKernel() = default;

  // A timeline's handle, to be closed. OsCall.
  virtual Result<std::uint32_t> create() = 0;
  virtual void close(std::uint32_t timeline) noexcept = 0;
  // A file by which others have the same timeline. OsCall.
  virtual Result<Fd> share(std::uint32_t timeline) = 0;
  // The point is signalled when the fence in `sync_file` is. OsCall.
  virtual Result<void> signal_with(std::uint32_t timeline, std::uint64_t point, int sync_file) = 0;
  // Whether the point is signalled. Does not wait. OsCall.
  virtual Result<bool> passed(std::uint32_t timeline, std::uint64_t point) = 0;
  // Writes to an eventfd when the point is signalled, which may be so already. OsCall: also kernels
  // before Linux 6.6.
  virtual Result<void> notify(std::uint32_t timeline, std::uint64_t point, int event_fd) = 0;
};

// Of a DRM device, of which it keeps a file of its own. Unsupported: its driver or the kernel lacks
// something.
Result<std::unique_ptr<TimelineKernel>> open_timeline_kernel(int drm_device);

}  // namespace pierglass::gfx
