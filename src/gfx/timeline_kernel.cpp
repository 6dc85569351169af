// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/timeline_kernel.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <xf86drm.h>

#include <cerrno>
#include <utility>

namespace pierglass::gfx {
namespace {

// What libdrm 2.4.114 lacks, under the kernel's names.
#ifndef DRM_IOCTL_SYNCOBJ_EVENTFD
struct drm_syncobj_eventfd {
  std::uint32_t handle;
  std::uint32_t flags;
  std::uint64_t point;
  std::int32_t fd;
  std::uint32_t pad;
};
#define DRM_IOCTL_SYNCOBJ_EVENTFD DRM_IOWR(0xCF, struct drm_syncobj_eventfd)
#endif

// errno of a call of libdrm, which gives -1 and sets it, or gives it negative.
std::unexpected<Error> fail_drm(int result, const char* call) {
  return fail_os(OsErrorKind::Errno, result == -1 ? errno : -result, call);
}

class DrmTimelines final : public TimelineKernel {
 public:
  explicit DrmTimelines(Fd device) : device_(std::move(device)) {}
  Result<void> try_out();

  Result<std::uint32_t> create() override;
  void close(std::uint32_t timeline) noexcept override {
    drmSyncobjDestroy(device_.get(), timeline);
  }
  Result<Fd> share(std::uint32_t timeline) override;
  Result<void> signal_with(std::uint32_t timeline, std::uint64_t point, int sync_file) override;
  Result<bool> passed(std::uint32_t timeline, std::uint64_t point) override;
  Result<void> notify(std::uint32_t timeline, std::uint64_t point, int event_fd) override;

 private:
  Fd device_;
};

Result<void> DrmTimelines::try_out() {
  std::uint64_t has = 0;
  if (drmGetCap(device_.get(), DRM_CAP_SYNCOBJ_TIMELINE, &has) != 0 || has == 0) {
    return fail(ErrorCode::Unsupported, "DRM_CAP_SYNCOBJ_TIMELINE");
  }
  const std::uint32_t timeline = TRY(create());
  const Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const Result<void> told = notify(timeline, 1, event.get());
  close(timeline);
  return told ? told : fail(ErrorCode::Unsupported, "DRM_IOCTL_SYNCOBJ_EVENTFD");
}

Result<std::uint32_t> DrmTimelines::create() {
  std::uint32_t timeline = 0;
  const int result = drmSyncobjCreate(device_.get(), 0, &timeline);
  if (result != 0) return fail_drm(result, "drmSyncobjCreate");
  return timeline;
}

Result<Fd> DrmTimelines::share(std::uint32_t timeline) {
  int file = -1;
  const int result = drmSyncobjHandleToFD(device_.get(), timeline, &file);
  if (result != 0) return fail_drm(result, "drmSyncobjHandleToFD");
  return Fd(file);
}

// A sync file becomes a syncobj of one fence, and that a timeline's point.
Result<void> DrmTimelines::signal_with(std::uint32_t timeline, std::uint64_t point, int sync_file) {
  const std::uint32_t single = TRY(create());
  int result = drmSyncobjImportSyncFile(device_.get(), single, sync_file);
  if (result == 0) result = drmSyncobjTransfer(device_.get(), timeline, point, single, 0, 0);
  Result<void> signalled;
  if (result != 0) signalled = fail_drm(result, "drmSyncobjTransfer");
  close(single);
  return signalled;
}

Result<bool> DrmTimelines::passed(std::uint32_t timeline, std::uint64_t point) {
  std::uint64_t reached = 0;
  const int result = drmSyncobjQuery(device_.get(), &timeline, &reached, 1);
  if (result != 0) return fail_drm(result, "drmSyncobjQuery");
  return reached >= point;
}

Result<void> DrmTimelines::notify(std::uint32_t timeline, std::uint64_t point, int event_fd) {
  drm_syncobj_eventfd wish{};
  wish.handle = timeline;
  wish.point = point;
  wish.fd = event_fd;
  const int result = drmIoctl(device_.get(), DRM_IOCTL_SYNCOBJ_EVENTFD, &wish);
  if (result != 0) return fail_drm(result, "DRM_IOCTL_SYNCOBJ_EVENTFD");
  return {};
}

}  // namespace

Result<std::unique_ptr<TimelineKernel>> open_timeline_kernel(int drm_device) {
  Fd own(::fcntl(drm_device, F_DUPFD_CLOEXEC, 0));
  if (!own) return fail_os(OsErrorKind::Errno, errno, "fcntl(F_DUPFD_CLOEXEC)");
  auto kernel = std::make_unique<DrmTimelines>(std::move(own));
  TRY(kernel->try_out());
  return kernel;
}

}  // namespace pierglass::gfx
