// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/egl_image.hpp"

#include <EGL/eglext.h>

#include <algorithm>
#include <array>

namespace pierglass::gfx {
namespace {

struct PlaneNames {
  EGLAttrib fd, offset, pitch, low, high;
};
constexpr std::array<PlaneNames, MemoryPlane::kMost> kNames = {{
    {EGL_DMA_BUF_PLANE0_FD_EXT, EGL_DMA_BUF_PLANE0_OFFSET_EXT, EGL_DMA_BUF_PLANE0_PITCH_EXT,
     EGL_DMA_BUF_PLANE0_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE0_MODIFIER_HI_EXT},
    {EGL_DMA_BUF_PLANE1_FD_EXT, EGL_DMA_BUF_PLANE1_OFFSET_EXT, EGL_DMA_BUF_PLANE1_PITCH_EXT,
     EGL_DMA_BUF_PLANE1_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE1_MODIFIER_HI_EXT},
    {EGL_DMA_BUF_PLANE2_FD_EXT, EGL_DMA_BUF_PLANE2_OFFSET_EXT, EGL_DMA_BUF_PLANE2_PITCH_EXT,
     EGL_DMA_BUF_PLANE2_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE2_MODIFIER_HI_EXT},
    {EGL_DMA_BUF_PLANE3_FD_EXT, EGL_DMA_BUF_PLANE3_OFFSET_EXT, EGL_DMA_BUF_PLANE3_PITCH_EXT,
     EGL_DMA_BUF_PLANE3_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE3_MODIFIER_HI_EXT},
}};

PFNEGLQUERYDMABUFMODIFIERSEXTPROC query_function() {
  return egl_function<PFNEGLQUERYDMABUFMODIFIERSEXTPROC>("eglQueryDmaBufModifiersEXT");
}

}  // namespace

bool knows_modifiers(EGLDisplay display) {
  return lists(eglQueryString(display, EGL_EXTENSIONS), "EGL_EXT_image_dma_buf_import_modifiers") &&
         query_function() != nullptr;
}

std::optional<std::vector<DriverModifier>> driver_modifiers(EGLDisplay display,
                                                            std::uint32_t fourcc) {
  const auto query = query_function();
  const auto format = static_cast<EGLint>(fourcc);
  EGLint count = 0;
  if (!query(display, format, 0, nullptr, nullptr, &count)) return std::nullopt;
  std::vector<EGLuint64KHR> modifiers(static_cast<std::size_t>(std::max(count, 0)));
  std::vector<EGLBoolean> external(modifiers.size());
  if (count > 0 && !query(display, format, count, modifiers.data(), external.data(), &count)) {
    return std::nullopt;
  }
  std::vector<DriverModifier> listed;
  listed.reserve(modifiers.size());
  const auto written = std::min(modifiers.size(), static_cast<std::size_t>(std::max(count, 0)));
  for (std::size_t i = 0; i < written; ++i) {
    listed.push_back({.modifier = modifiers[i], .external = external[i] != EGL_FALSE});
  }
  return listed;
}

Result<EglImage> import_image(EGLDisplay display, const ImageMemory& memory) {
  std::vector<EGLAttrib> wish = {EGL_WIDTH,
                                 static_cast<EGLAttrib>(memory.size.width),
                                 EGL_HEIGHT,
                                 static_cast<EGLAttrib>(memory.size.height),
                                 EGL_LINUX_DRM_FOURCC_EXT,
                                 static_cast<EGLAttrib>(memory.fourcc)};
  if (memory.planes.size() > kNames.size()) return fail(ErrorCode::InvalidArgument, "planes");
  for (std::size_t i = 0; i < memory.planes.size(); ++i) {
    const MemoryPlane& plane = memory.planes[i];
    const PlaneNames& name = kNames[i];
    wish.insert(wish.end(), {name.fd, plane.fd, name.offset, plane.offset, name.pitch,
                             static_cast<EGLAttrib>(plane.pitch)});
    if (!memory.modifier) continue;
    wish.insert(wish.end(), {name.low, static_cast<EGLAttrib>(*memory.modifier & 0xffff'ffff),
                             name.high, static_cast<EGLAttrib>(*memory.modifier >> 32)});
  }
  wish.push_back(EGL_NONE);
  EGLImage image =
      eglCreateImage(display, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, nullptr, wish.data());
  if (image == EGL_NO_IMAGE) return fail_egl("eglCreateImage");
  return EglImage({display, image});
}

}  // namespace pierglass::gfx
