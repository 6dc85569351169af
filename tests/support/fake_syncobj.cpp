// SPDX-License-Identifier: GPL-2.0-or-later
// The fake compositor's wp_linux_drm_syncobj_manager_v1: it checks the rules and waits for nothing.
#include <linux-drm-syncobj-v1-server-protocol.h>

#include <algorithm>

#include "tests/support/fake_server.hpp"

namespace pierglass::test {
namespace {

FakePoint point_of(const wl_argument* arguments) {
  auto* timeline = reinterpret_cast<wl_resource*>(arguments[0].o);
  return {.timeline = wl_resource_get_id(timeline),
          .point = std::uint64_t{arguments[1].u} << 32 | arguments[2].u};
}

}  // namespace

void FakeCompositor::Server::get_sync_surface(const Call& call) {
  FakeSurface* surface = object_of(call.arguments[1])->surface;
  if (count_objects("wp_linux_drm_syncobj_surface_v1", *surface) > 0)
    return wl_resource_post_error(call.self.resource,
                                  WP_LINUX_DRM_SYNCOBJ_MANAGER_V1_ERROR_SURFACE_EXISTS, "again");
  call.made->surface = surface;
}

void FakeCompositor::Server::set_acquire_point(const Call& call) {
  call.self.surface->pending.acquire = point_of(call.arguments);
}

void FakeCompositor::Server::set_release_point(const Call& call) {
  call.self.surface->pending.release = point_of(call.arguments);
}

// False when the client was killed for them.
bool FakeCompositor::Server::check_points(FakeSurface& surface, bool with_buffer) {
  const auto sync = std::ranges::find_if(objects_, [&](const FakeObject& one) {
    return one.interface == "wp_linux_drm_syncobj_surface_v1" && one.surface == &surface;
  });
  if (sync == objects_.end()) return true;
  const Commit& pending = surface.pending;
  const auto kill = [&](std::uint32_t code, const char* why) {
    wl_resource_post_error(sync->resource, code, "%s", why);
    return false;
  };
  if (!with_buffer && (pending.acquire || pending.release))
    return kill(WP_LINUX_DRM_SYNCOBJ_SURFACE_V1_ERROR_NO_BUFFER, "points of no buffer");
  if (!with_buffer) return true;
  if (!pending.dmabuf)
    return kill(WP_LINUX_DRM_SYNCOBJ_SURFACE_V1_ERROR_UNSUPPORTED_BUFFER, "wl_shm");
  if (!pending.acquire)
    return kill(WP_LINUX_DRM_SYNCOBJ_SURFACE_V1_ERROR_NO_ACQUIRE_POINT, "no acquire point");
  if (!pending.release)
    return kill(WP_LINUX_DRM_SYNCOBJ_SURFACE_V1_ERROR_NO_RELEASE_POINT, "no release point");
  const bool same = pending.acquire->timeline == pending.release->timeline;
  if (same && pending.acquire->point >= pending.release->point)
    return kill(WP_LINUX_DRM_SYNCOBJ_SURFACE_V1_ERROR_CONFLICTING_POINTS, "order of points");
  return true;
}

}  // namespace pierglass::test
