// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/render_node.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <xf86drm.h>

#include <cerrno>

namespace pierglass::gfx {

// Minors 128 to 191 (linux/Documentation/gpu/drm-uapi).
std::vector<std::string> render_nodes() {
  std::vector<std::string> nodes;
  for (int minor = 128; minor < 192; ++minor) {
    std::string path = "/dev/dri/renderD" + std::to_string(minor);
    if (::access(path.c_str(), F_OK) == 0) nodes.push_back(std::move(path));
  }
  return nodes;
}

Result<std::string> render_node_of(std::uint64_t device) {
  drmDevicePtr found = nullptr;
  if (drmGetDeviceFromDevId(device, 0, &found) != 0) {
    return fail(ErrorCode::NotFound, "a GPU of that number", device);
  }
  const bool renders = (found->available_nodes & 1 << DRM_NODE_RENDER) != 0;
  std::string path = renders ? found->nodes[DRM_NODE_RENDER] : "";
  drmFreeDevice(&found);
  if (path.empty()) return fail(ErrorCode::NotFound, "a render node of the compositor's GPU");
  return path;
}

Result<Fd> open_render_node(const std::string& path) {
  Fd node(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!node) {
    const ErrorCode code = errno == ENOENT   ? ErrorCode::NotFound
                           : errno == EACCES ? ErrorCode::PermissionDenied
                                             : ErrorCode::OsCall;
    return fail_os(OsErrorKind::Errno, errno, "opening the render node", code);
  }
  if (drmGetNodeTypeFromFd(node.get()) != DRM_NODE_RENDER) {
    return fail(ErrorCode::NotADevice, "a render node");
  }
  return node;
}

}  // namespace pierglass::gfx
