// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>

#include "gfx/egl.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/target.hpp"
#include "tests/unit/gfx/picture.hpp"

namespace pierglass::gfx::test {

// A current OpenGL ES context without any window system.
class OffscreenContext {
 public:
  static Result<OffscreenContext> create() {
    OffscreenContext self;
    self.display_ = TRY(open_egl_display(EGL_PLATFORM_SURFACELESS_MESA, nullptr));
    EGLDisplay display = self.display_.get();
    EGLConfig config = TRY(choose_egl_config(display, EGL_PBUFFER_BIT));
    self.context_ = TRY(create_egl_context(display, config));
    if (!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, self.context_.get().object)) {
      return fail_egl("eglMakeCurrent");
    }
    return self;
  }

 private:
  EglDisplay display_;
  EglContext context_;
};

// A framebuffer in place of a window, full of a colour that no test draws.
class OffscreenWindow {
 public:
  explicit OffscreenWindow(Size size, FirstRow first_row = FirstRow::Lowest)
      : size_(size), first_row_(first_row) {
    glGenFramebuffers(1, &framebuffer_);
    colour_ = generate_texture();
    glActiveTexture(GL_TEXTURE7);  // away from the units of the code under test
    glBindTexture(GL_TEXTURE_2D, colour_.get());
    glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, static_cast<GLint>(size.width),
                   static_cast<GLint>(size.height));
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, colour_.get(), 0);
    constexpr GLfloat kUndrawn[] = {0.9F, 0.1F, 0.7F, 0.3F};
    glClearBufferfv(GL_COLOR, 0, kUndrawn);
  }
  OffscreenWindow(const OffscreenWindow&) = delete;
  OffscreenWindow& operator=(const OffscreenWindow&) = delete;
  ~OffscreenWindow() { glDeleteFramebuffers(1, &framebuffer_); }

  [[nodiscard]] GLuint framebuffer() const { return framebuffer_; }

  // As Xrgb8888 with the top row first.
  [[nodiscard]] Picture pixels() const {
    std::vector<std::uint32_t> rgba(size_.area());
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glReadPixels(0, 0, static_cast<GLint>(size_.width), static_cast<GLint>(size_.height), GL_RGBA,
                 GL_UNSIGNED_BYTE, rgba.data());
    Picture picture(size_);
    const pixel::RowConverter converter(wire::PixelFormat::Xbgr8888, {});
    for (std::uint32_t y = 0; y < size_.height; ++y) {
      const std::uint32_t row = first_row_ == FirstRow::Topmost ? y : size_.height - 1 - y;
      converter.convert(
          reinterpret_cast<std::uint32_t*>(picture.image().row(y)),
          reinterpret_cast<const std::byte*>(rgba.data() + std::size_t{row} * size_.width),
          size_.width);
    }
    return picture;
  }

 private:
  Size size_;
  FirstRow first_row_;
  GLuint framebuffer_ = 0;
  GlTexture colour_;
};

}  // namespace pierglass::gfx::test
