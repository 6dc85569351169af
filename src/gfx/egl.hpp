// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>

#include <string_view>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace pierglass::gfx {

// An initialised display; the last thing of EGL to go.
struct EglDisplayTraits {
  using Value = EGLDisplay;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value display) noexcept {
    eglTerminate(display);
    eglReleaseThread();
  }
};
using EglDisplay = Handle<EglDisplayTraits>;

// An object of a display.
template <typename T>
struct OfDisplay {
  EGLDisplay display = nullptr;
  T object = nullptr;
  friend bool operator==(const OfDisplay&, const OfDisplay&) = default;
};

struct EglContextTraits {
  using Value = OfDisplay<EGLContext>;
  static constexpr Value invalid() { return {}; }
  // On the thread where it is current.
  static void close(Value context) noexcept {
    eglMakeCurrent(context.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(context.display, context.object);
  }
};
using EglContext = Handle<EglContextTraits>;

struct EglSurfaceTraits {
  using Value = OfDisplay<EGLSurface>;
  static constexpr Value invalid() { return {}; }
  static void close(Value surface) noexcept { eglDestroySurface(surface.display, surface.object); }
};
using EglSurface = Handle<EglSurfaceTraits>;

// The thread's last EGL error as the error branch of a Result.
std::unexpected<Error> fail_egl(const char* call, ErrorCode code = ErrorCode::OsCall,
                                std::source_location where = std::source_location::current());

// A function of an extension; null: the driver does not have it.
template <typename Function>
Function egl_function(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

// Whether a list of words, as EGL and GL tell their extensions, has that one. Null: no.
bool lists(const char* words, std::string_view word);

// `platform` and `native` as eglGetPlatformDisplay takes them. Unsupported without that platform,
// EGL 1.5 or OpenGL ES.
Result<EglDisplay> open_egl_display(EGLenum platform, void* native);

// Eight bits a channel, for OpenGL ES 3, without depth; without alpha where there is a choice.
// `surface_type` is EGL_WINDOW_BIT or EGL_PBUFFER_BIT.
Result<EGLConfig> choose_egl_config(EGLDisplay display, EGLint surface_type);

// The newest OpenGL ES from 3.2 down to 3.0. Where EGL has it, one that a reset of the GPU ends and
// leaves the process alone, which some drivers (Mesa's radeonsi) end otherwise.
Result<EglContext> create_egl_context(EGLDisplay display, EGLConfig config);

}  // namespace pierglass::gfx
