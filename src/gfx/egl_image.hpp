// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "gfx/egl.hpp"
#include "gfx/memory_plane.hpp"

namespace pierglass::gfx {

struct EglImageTraits {
  using Value = OfDisplay<EGLImage>;
  static constexpr Value invalid() { return {}; }
  static void close(Value image) noexcept { eglDestroyImage(image.display, image.object); }
};
using EglImage = Handle<EglImageTraits>;

// A picture in dma-bufs, as EGL_EXT_image_dma_buf_import has it.
struct ImageMemory {
  Size size;
  std::uint32_t fourcc = 0;               // DRM_FORMAT_*
  std::optional<std::uint64_t> modifier;  // DRM_FORMAT_MOD_*; nothing: not told
  std::span<const MemoryPlane> planes;
};

// Whether the display's driver can be told modifiers.
bool knows_modifiers(EGLDisplay display);

// A modifier that the driver lists for a format.
struct DriverModifier {
  std::uint64_t modifier = 0;
  bool external = false;  // only to be sampled, by samplerExternalOES
};
// As the driver sorts them; nothing when it does not know the format. An empty list: it has the
// format and lists no modifier of it. Only where knows_modifiers().
std::optional<std::vector<DriverModifier>> driver_modifiers(EGLDisplay display,
                                                            std::uint32_t fourcc);

// OsCall.
Result<EglImage> import_image(EGLDisplay display, const ImageMemory& memory);

}  // namespace pierglass::gfx
