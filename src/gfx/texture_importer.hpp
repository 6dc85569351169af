// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>
#include <GLES3/gl3.h>

#include <cstdint>
#include <memory>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "pixel/slot_memory.hpp"
#include "wire/format.hpp"

namespace pierglass::gfx {

// A picture in a dma-buf, row by row.
struct DmaBufPicture {
  pixel::DmaBufPlace place;
  std::uint32_t pitch = 0;  // bytes
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
};

// What showing memory that is not the driver's own takes; narrow, so that tests can stand in for a
// driver. Their context is current whenever it is called.
class TextureImporter {
 public:
  virtual ~TextureImporter() = default;

  // Whether pictures of a format can be had at all, as far as the driver says that without one.
  // Unsupported.
  [[nodiscard]] virtual Result<void> takes(wire::PixelFormat format) const = 0;

  // A GL_TEXTURE_2D over the picture, red in red, which keeps the memory alive and has left GL
  // without an error. Its format is taken. TooLarge or OsCall; that it succeeds does not mean that
  // it shows the picture.
  virtual Result<GlTexture> import(const DmaBufPicture& picture) = 0;

  // Whether the GPU is past the fence, or will never be. Does not wait.
  [[nodiscard]] virtual bool passed(GLsync fence) const = 0;
};

// By EGL_EXT_image_dma_buf_import, on the thread where a context of `display` is current.
std::unique_ptr<TextureImporter> make_egl_importer(EGLDisplay display);

}  // namespace pierglass::gfx
