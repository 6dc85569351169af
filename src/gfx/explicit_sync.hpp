// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/handle.hpp"
#include "base/result.hpp"
#include "gfx/timeline_kernel.hpp"

struct wl_surface;
struct wp_linux_drm_syncobj_manager_v1;
struct wp_linux_drm_syncobj_surface_v1;
struct wp_linux_drm_syncobj_timeline_v1;

namespace pierglass::gfx {

struct SyncSurfaceTraits {
  using Value = wp_linux_drm_syncobj_surface_v1*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value surface) noexcept;
};

struct SyncTimelineTraits {
  using Value = wp_linux_drm_syncobj_timeline_v1*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value timeline) noexcept;
};

// What explicit synchronisation needs. Borrowed; must outlive it.
struct SyncParts {
  wp_linux_drm_syncobj_manager_v1* manager = nullptr;
  wl_surface* surface = nullptr;
  int wake_fd = -1;  // an eventfd, of whoever waits for free buffers
};

class SyncedBuffer;

// linux-drm-syncobj-v1 on one surface: from enable() to the end each commit of a buffer needs the
// points that a SyncedBuffer sets, and nobody else may commit any.
class ExplicitSync {
 public:
  ExplicitSync(const SyncParts& parts, std::unique_ptr<TimelineKernel> kernel)
      : parts_(parts), kernel_(std::move(kernel)) {}

  void enable();
  // For a buffer that is about to be made; ends before this. OsCall.
  Result<std::unique_ptr<SyncedBuffer>> add_buffer();

 private:
  friend class SyncedBuffer;
  SyncParts parts_;
  std::unique_ptr<TimelineKernel> kernel_;
  Handle<SyncSurfaceTraits> surface_;
};

// One buffer's timeline: for each commit a point when it is finished, and the next when it is free.
class SyncedBuffer {
 public:
  SyncedBuffer(ExplicitSync& owner, std::uint32_t handle) : owner_(owner), handle_(handle) {}
  SyncedBuffer(const SyncedBuffer&) = delete;
  SyncedBuffer& operator=(const SyncedBuffer&) = delete;
  ~SyncedBuffer() { owner_.kernel_->close(handle_); }

  void know_as(wp_linux_drm_syncobj_timeline_v1* timeline) { known_.reset(timeline); }

  // For the commit that follows, whose content is finished when the fence in `sync_file` is
  // signalled. OsCall: no points are set, and there must be no commit.
  Result<void> set_points(int sync_file);
  // Whether the compositor reads what was committed last; as far as it can be asked.
  [[nodiscard]] bool being_read() const;
  // Has the one who waits woken when it does not any more; once for each commit. OsCall.
  Result<void> wake_when_free();

 private:
  ExplicitSync& owner_;
  std::uint32_t handle_;
  Handle<SyncTimelineTraits> known_;
  std::uint64_t point_ = 0;    // last release
  std::uint64_t awaited_ = 0;  // that the one who waits is woken for
};

}  // namespace pierglass::gfx
