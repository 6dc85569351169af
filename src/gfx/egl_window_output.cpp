// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/egl_window_output.hpp"

#include <wayland-client.h>
#include <wayland-egl.h>

#include "gfx/gl_driver.hpp"

namespace pierglass::gfx {
namespace {

struct WlEglWindowTraits {
  using Value = wl_egl_window*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value window) noexcept { wl_egl_window_destroy(window); }
};

class EglWindowOutput final : public GlOutput {
 public:
  explicit EglWindowOutput(const EglWindowParts& parts)
      : parts_(parts), window_(wl_egl_window_create(parts.surface, 1, 1)) {}
  ~EglWindowOutput() override { let_go(); }

  Result<void> open();

  [[nodiscard]] std::string_view description() const override { return "EGL's window"; }
  [[nodiscard]] FirstRow first_row() const override { return FirstRow::Lowest; }
  Result<void> resize(Size buffer) override;
  Result<void> begin() override { return {}; }
  Result<void> present() override;

 private:
  void let_go() const {
    eglMakeCurrent(parts_.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  }
  Result<void> replace_surface();

  EglWindowParts parts_;
  Handle<WlEglWindowTraits> window_;
  EglSurface surface_;  // ends before its window
  bool software_ = false;
  Size size_{1, 1};
};

Result<void> EglWindowOutput::open() {
  if (!window_) return fail(ErrorCode::OsCall, "wl_egl_window_create");
  TRY(replace_surface());
  software_ = is_software_renderer(gl_string(GL_RENDERER));
  return {};
}

// A new EGL surface for the window, made current.
Result<void> EglWindowOutput::replace_surface() {
  let_go();
  surface_.reset();
  EGLSurface surface =
      eglCreatePlatformWindowSurface(parts_.display, parts_.config, window_.get(), nullptr);
  if (surface == EGL_NO_SURFACE) return fail_egl("eglCreatePlatformWindowSurface");
  surface_ = EglSurface({parts_.display, surface});
  if (!eglMakeCurrent(parts_.display, surface, surface, parts_.context)) {
    return fail_egl("eglMakeCurrent");
  }
  // The frame callback is the caller's business.
  if (!eglSwapInterval(parts_.display, 0)) return fail_egl("eglSwapInterval");
  return {};
}

Result<void> EglWindowOutput::resize(Size buffer) {
  if (buffer == size_) return {};
  size_ = buffer;
  wl_egl_window_resize(window_.get(), static_cast<int>(buffer.width),
                       static_cast<int>(buffer.height), 0, 0);
  // Mesa's software drivers notice a new size only after a swap of the old one (seen with 22.3).
  return software_ ? replace_surface() : Result<void>();
}

Result<void> EglWindowOutput::present() {
  const bool swapped = eglSwapBuffers(parts_.display, surface_.get().object) != EGL_FALSE;
  // A broken connection fails the swap or, in Mesa, passes unnoticed; a swap fails for other
  // reasons too.
  if (const int broken = wl_display_get_error(parts_.connection); broken != 0) {
    return fail_os(OsErrorKind::Errno, broken, "wl_display", ErrorCode::Lost);
  }
  if (!swapped) return fail_egl("eglSwapBuffers");
  return {};
}

}  // namespace

Result<std::unique_ptr<GlOutput>> make_egl_window_output(const EglWindowParts& parts) {
  auto output = std::make_unique<EglWindowOutput>(parts);
  TRY(output->open());
  return output;
}

}  // namespace pierglass::gfx
