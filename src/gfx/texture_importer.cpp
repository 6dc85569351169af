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

#include "gfx/egl.hpp"

namespace pierglass::gfx {
namespace {

constexpr EGLuint64KHR kLinear = 0;  // DRM_FORMAT_MOD_LINEAR

bool lists(const char* words, std::string_view word) {
  const std::string_view all = words == nullptr ? "" : words;
  for (std::size_t at = all.find(word); at != all.npos; at = all.find(word, at + 1)) {
    const bool begins = at == 0 || all[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (begins && (end == all.size() || all[end] == ' ')) return true;
  }
  return false;
}

EGLint fourcc(wire::PixelFormat format) {
  return static_cast<EGLint>(std::to_underlying(format));
}

template <typename Function>
Function function(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

struct EglImageTraits {
  using Value = OfDisplay<EGLImage>;
  static constexpr Value invalid() { return {}; }
  static void close(Value image) noexcept { eglDestroyImage(image.display, image.object); }
};

class EglImporter final : public TextureImporter {
 public:
  explicit EglImporter(EGLDisplay display);
  [[nodiscard]] Result<void> takes(wire::PixelFormat format) const override;
  Result<GlTexture> import(const DmaBufPicture& picture) override;
  [[nodiscard]] bool passed(GLsync fence) const override;

 private:
  [[nodiscard]] bool samples(EGLint format) const;
  [[nodiscard]] Result<Handle<EglImageTraits>> create_image(const DmaBufPicture& picture) const;
  [[nodiscard]] Result<void> bind(EGLImage image) const;

  EGLDisplay display_;
  bool imports_ = false;
  bool knows_modifiers_ = false;
  PFNEGLQUERYDMABUFMODIFIERSEXTPROC query_modifiers_ = nullptr;
  PFNGLEGLIMAGETARGETTEXTURE2DOESPROC target_texture_ = nullptr;
  PFNGLEGLIMAGETARGETTEXSTORAGEEXTPROC target_storage_ = nullptr;  // null: unknown to the driver
};

EglImporter::EglImporter(EGLDisplay display) : display_(display) {
  const char* egl = eglQueryString(display, EGL_EXTENSIONS);
  const auto* gl = reinterpret_cast<const char*>(glGetString(GL_EXTENSIONS));
  imports_ = lists(egl, "EGL_EXT_image_dma_buf_import") && lists(gl, "GL_OES_EGL_image");
  knows_modifiers_ = lists(egl, "EGL_EXT_image_dma_buf_import_modifiers");
  query_modifiers_ = function<PFNEGLQUERYDMABUFMODIFIERSEXTPROC>("eglQueryDmaBufModifiersEXT");
  target_texture_ = function<PFNGLEGLIMAGETARGETTEXTURE2DOESPROC>("glEGLImageTargetTexture2DOES");
  if (lists(gl, "GL_EXT_EGL_image_storage")) {
    target_storage_ =
        function<PFNGLEGLIMAGETARGETTEXSTORAGEEXTPROC>("glEGLImageTargetTexStorageEXT");
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
bool EglImporter::samples(EGLint format) const {
  if (!knows_modifiers_ || query_modifiers_ == nullptr) return true;
  EGLint count = 0;
  if (!query_modifiers_(display_, format, 0, nullptr, nullptr, &count)) return false;
  if (count == 0) return true;
  std::vector<EGLuint64KHR> modifiers(static_cast<std::size_t>(count));
  std::vector<EGLBoolean> external(modifiers.size());
  query_modifiers_(display_, format, count, modifiers.data(), external.data(), &count);
  const auto linear = std::ranges::find(modifiers, kLinear);
  return linear != modifiers.end() &&
         !external[static_cast<std::size_t>(linear - modifiers.begin())];
}

// Linear is said where it can be: else some drivers ask the memory's maker, who does not know.
Result<Handle<EglImageTraits>> EglImporter::create_image(const DmaBufPicture& picture) const {
  std::vector<EGLAttrib> wish = {EGL_WIDTH,
                                 picture.size.width,
                                 EGL_HEIGHT,
                                 picture.size.height,
                                 EGL_LINUX_DRM_FOURCC_EXT,
                                 fourcc(picture.format),
                                 EGL_DMA_BUF_PLANE0_FD_EXT,
                                 picture.place.fd,
                                 EGL_DMA_BUF_PLANE0_OFFSET_EXT,
                                 static_cast<EGLAttrib>(picture.place.offset),
                                 EGL_DMA_BUF_PLANE0_PITCH_EXT,
                                 picture.pitch};
  if (knows_modifiers_) {
    wish.insert(wish.end(), {EGL_DMA_BUF_PLANE0_MODIFIER_LO_EXT, EGLAttrib{kLinear},
                             EGL_DMA_BUF_PLANE0_MODIFIER_HI_EXT, EGLAttrib{kLinear}});
  }
  wish.push_back(EGL_NONE);
  EGLImage image =
      eglCreateImage(display_, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, nullptr, wish.data());
  if (image == EGL_NO_IMAGE) return fail_egl("eglCreateImage");
  return Handle<EglImageTraits>({display_, image});
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
  const Handle<EglImageTraits> image = TRY(create_image(picture));
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
