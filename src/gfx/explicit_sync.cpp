// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/explicit_sync.hpp"

#include <linux-drm-syncobj-v1-client-protocol.h>

#include <cerrno>

namespace pierglass::gfx {
namespace {

std::uint32_t high(std::uint64_t point) {
  return static_cast<std::uint32_t>(point >> 32);
}
std::uint32_t low(std::uint64_t point) {
  return static_cast<std::uint32_t>(point);
}

}  // namespace

void SyncSurfaceTraits::close(Value surface) noexcept {
  wp_linux_drm_syncobj_surface_v1_destroy(surface);
}

void SyncTimelineTraits::close(Value timeline) noexcept {
  wp_linux_drm_syncobj_timeline_v1_destroy(timeline);
}

void ExplicitSync::enable() {
  if (surface_) return;
  surface_.reset(wp_linux_drm_syncobj_manager_v1_get_surface(parts_.manager, parts_.surface));
}

Result<std::unique_ptr<SyncedBuffer>> ExplicitSync::add_buffer() {
  const std::uint32_t handle = TRY(kernel_->create());
  auto buffer = std::make_unique<SyncedBuffer>(*this, handle);
  const Fd file = TRY(kernel_->share(handle));
  auto* timeline = wp_linux_drm_syncobj_manager_v1_import_timeline(parts_.manager, file.get());
  if (timeline == nullptr) return fail_os(OsErrorKind::Errno, errno, "import_timeline");
  buffer->know_as(timeline);
  return buffer;
}

Result<void> SyncedBuffer::set_points(int sync_file) {
  const std::uint64_t acquire = point_ + 1;
  const std::uint64_t release = point_ + 2;
  TRY(owner_.kernel_->signal_with(handle_, acquire, sync_file));
  wp_linux_drm_syncobj_surface_v1* surface = owner_.surface_.get();
  wp_linux_drm_syncobj_surface_v1_set_acquire_point(surface, known_.get(), high(acquire),
                                                    low(acquire));
  wp_linux_drm_syncobj_surface_v1_set_release_point(surface, known_.get(), high(release),
                                                    low(release));
  point_ = release;
  return {};
}

bool SyncedBuffer::being_read() const {
  return point_ != 0 && !owner_.kernel_->passed(handle_, point_).value_or(false);
}

Result<void> SyncedBuffer::wake_when_free() {
  if (awaited_ == point_) return {};
  TRY(owner_.kernel_->notify(handle_, point_, owner_.parts_.wake_fd));
  awaited_ = point_;
  return {};
}

}  // namespace pierglass::gfx
