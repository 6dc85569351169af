// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/texture_importer.hpp"

#include <EGL/eglext.h>
// After <GLES3/gl3.h>, whose types it needs.
#include <GLES2/gl2ext.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "gfx/dmabuf_offers.hpp"
#include "gfx/egl_image.hpp"
#include "gfx/gl_driver.hpp"

namespace pierglass::gfx {
namespace {

std::uint32_t fourcc(wire::PixelFormat format) {
  return std::to_underlying(format);
}

class EglImporter final : public TextureImporter {
 public:
  explicit EglImporter(EGLDisplay display);
  [[nodiscard]] Result<void> takes(wire::PixelFormat format) const override;
  Result<GlTexture> import(const DmaBufPicture& picture) override;
  [[nodiscard]] bool passed(GLsync fence) const override;

 private:
  [[nodiscard]] bool samples(std::uint32_t format) const;
  [[nodiscard]] Result<EglImage> create_image(const DmaBufPicture& picture) const;
  [[nodiscard]] Result<void> bind(EGLImage image) const;

  EGLDisplay display_;
  bool imports_ = false;
  bool knows_modifiers_ = false;
  PFNGLEGLIMAGETARGETTEXTURE2DOESPROC target_texture_ = nullptr;
  PFNGLEGLIMAGETARGETTEXSTORAGEEXTPROC target_storage_ = nullptr;  // null: unknown to the driver
};

EglImporter::EglImporter(EGLDisplay display) : display_(display) {
  const char* egl = eglQueryString(display, EGL_EXTENSIONS);
  imports_ = lists(egl, "EGL_EXT_image_dma_buf_import") && gl_has("GL_OES_EGL_image");
  knows_modifiers_ = knows_modifiers(display);
  target_texture_ =
      egl_function<PFNGLEGLIMAGETARGETTEXTURE2DOESPROC>("glEGLImageTargetTexture2DOES");
  if (gl_has("GL_EXT_EGL_image_storage")) {
    target_storage_ =
        egl_function<PFNGLEGLIMAGETARGETTEXSTORAGEEXTPROC>("glEGLImageTargetTexStorageEXT");
  }
}

// None samples three bytes a pixel.
Result<void> EglImporter::takes(wire::PixelFormat format) const {
  if (!imports_ || target_texture_ == nullptr) {
    return fail(ErrorCode::Unsupported, "EGL_EXT_image_dma_buf_import");
  }
  const bool samples = wire::bytes_per_pixel(format) != 3 && this->samples(fourcc(format));
  return samples ? Result<void>() : fail(ErrorCode::Unsupported, "importing this format");
}

// As far as it can be asked: linear, to be sampled by sampler2D. A driver that lists no modifier of
// a format that it has takes linear ones by what it is told.
bool EglImporter::samples(std::uint32_t format) const {
  if (!knows_modifiers_) return true;
  const auto modifiers = driver_modifiers(display_, format);
  if (!modifiers) return false;
  const auto linear = std::ranges::find(*modifiers, kLinearModifier, &DriverModifier::modifier);
  return modifiers->empty() || (linear != modifiers->end() && !linear->external);
}

// Linear is said where it can be: else some drivers ask the memory's maker, who does not know.
Result<EglImage> EglImporter::create_image(const DmaBufPicture& picture) const {
  const MemoryPlane plane{.fd = picture.place.fd,
                          .offset = static_cast<std::uint32_t>(picture.place.offset),
                          .pitch = picture.pitch};
  return import_image(display_,
                      {.size = picture.size,
                       .fourcc = fourcc(picture.format),
                       .modifier = knows_modifiers_ ? std::optional(kLinearModifier) : std::nullopt,
                       .planes = {&plane, 1}});
}

// There are drivers that know one of both ways only.
Result<void> EglImporter::bind(EGLImage image) const {
  target_texture_(GL_TEXTURE_2D, image);
  GLenum error = glGetError();
  if (error != GL_NO_ERROR && target_storage_ != nullptr) {
    target_storage_(GL_TEXTURE_2D, image, nullptr);
    error = glGetError();
  }
  if (error == GL_NO_ERROR) return {};
  return fail(ErrorCode::OsCall, "glEGLImageTargetTexture2DOES", error);
}

Result<GlTexture> EglImporter::import(const DmaBufPicture& picture) {
  // What older drivers take.
  constexpr std::uint64_t kLargest = std::numeric_limits<EGLint>::max();
  if (picture.place.offset > kLargest) {
    return fail(ErrorCode::TooLarge, "offset", picture.place.offset, kLargest);
  }
  const EglImage image = TRY(create_image(picture));
  while (glGetError() != GL_NO_ERROR) {
  }
  GlTexture texture = generate_texture();
  glBindTexture(GL_TEXTURE_2D, texture.get());
  TRY(bind(image.get().object));  // the texture keeps what the image shows
  return texture;
}

bool EglImporter::passed(GLsync fence) const {
  return glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, 0) != GL_TIMEOUT_EXPIRED;
}

}  // namespace

std::unique_ptr<TextureImporter> make_egl_importer(EGLDisplay display) {
  return std::make_unique<EglImporter>(display);
}

}  // namespace pierglass::gfx
