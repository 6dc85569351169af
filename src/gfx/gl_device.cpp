// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_device.hpp"

#include <EGL/eglext.h>

#include <utility>

#include "gfx/egl_image.hpp"

namespace pierglass::gfx {
namespace {

Result<GlDevice> with_context(EglDisplay display) {
  GlDevice device{.display = std::move(display)};
  device.config = TRY(choose_egl_config(device.display.get(), EGL_WINDOW_BIT));
  device.context = TRY(create_egl_context(device.display.get(), device.config));
  return device;
}

}  // namespace

Result<void> GlDevice::make_current() const {
  if (!lists(eglQueryString(display.get(), EGL_EXTENSIONS), "EGL_KHR_surfaceless_context")) {
    return fail(ErrorCode::Unsupported, "EGL_KHR_surfaceless_context");
  }
  if (eglMakeCurrent(display.get(), EGL_NO_SURFACE, EGL_NO_SURFACE, context.get().object)) {
    return {};
  }
  return fail_egl("eglMakeCurrent");
}

std::string GlDevice::render_node() const {
  const auto query_display =
      egl_function<PFNEGLQUERYDISPLAYATTRIBEXTPROC>("eglQueryDisplayAttribEXT");
  const auto query_string = egl_function<PFNEGLQUERYDEVICESTRINGEXTPROC>("eglQueryDeviceStringEXT");
  if (query_display == nullptr || query_string == nullptr) return {};
  EGLAttrib device = 0;
  if (!query_display(display.get(), EGL_DEVICE_EXT, &device) || device == 0) return {};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): EGL gives handles as attributes
  auto* const handle = reinterpret_cast<EGLDeviceEXT>(device);
  if (!lists(query_string(handle, EGL_EXTENSIONS), "EGL_EXT_device_drm_render_node")) return {};
  constexpr EGLint kRenderNode = 0x3377;  // EGL_DRM_RENDER_NODE_FILE_EXT
  const char* node = query_string(handle, kRenderNode);
  return node == nullptr ? std::string() : std::string(node);
}

Result<GlDevice> open_connection_device(wl_display* connection) {
  EglDisplay display = TRY(open_egl_display(EGL_PLATFORM_WAYLAND_KHR, connection));
  return with_context(std::move(display));
}

Result<GlDevice> open_node_device(const std::string& render_node) {
  auto gbm = std::make_shared<GbmDevice>(TRY(open_gbm_device(render_node)));
  EglDisplay display = TRY(open_egl_display(EGL_PLATFORM_GBM_KHR, gbm->device.get()));
  GlDevice device = TRY(with_context(std::move(display)));
  device.gbm = std::move(gbm);
  return device;
}

}  // namespace pierglass::gfx
