// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/egl.hpp"

#include <EGL/eglext.h>

#include <array>
#include <span>

namespace pierglass::gfx {
namespace {

EGLint attribute(EGLDisplay display, EGLConfig config, EGLint name) {
  EGLint value = 0;
  eglGetConfigAttrib(display, config, name, &value);
  return value;
}

// EGL sorts deeper colours first.
bool has_eight_bits(EGLDisplay display, EGLConfig config) {
  return attribute(display, config, EGL_RED_SIZE) == 8 &&
         attribute(display, config, EGL_GREEN_SIZE) == 8 &&
         attribute(display, config, EGL_BLUE_SIZE) == 8;
}

}  // namespace

std::unexpected<Error> fail_egl(const char* call, ErrorCode code, std::source_location where) {
  return fail_os(OsErrorKind::Egl, eglGetError(), call, code, where);
}

bool lists(const char* words, std::string_view word) {
  const std::string_view all = words == nullptr ? "" : words;
  for (std::size_t at = all.find(word); at != all.npos; at = all.find(word, at + 1)) {
    const bool begins = at == 0 || all[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (begins && (end == all.size() || all[end] == ' ')) return true;
  }
  return false;
}

Result<EglDisplay> open_egl_display(EGLenum platform, void* native) {
  EGLDisplay raw = eglGetPlatformDisplay(platform, native, nullptr);
  if (raw == EGL_NO_DISPLAY) return fail_egl("eglGetPlatformDisplay", ErrorCode::Unsupported);
  EGLint major = 0;
  EGLint minor = 0;
  if (!eglInitialize(raw, &major, &minor)) {
    return fail_egl("eglInitialize", ErrorCode::Unsupported);
  }
  EglDisplay display(raw);
  if (major == 1 && minor < 5) return fail(ErrorCode::Unsupported, "EGL 1.5");
  if (!eglBindAPI(EGL_OPENGL_ES_API)) return fail_egl("eglBindAPI", ErrorCode::Unsupported);
  return display;
}

Result<EGLConfig> choose_egl_config(EGLDisplay display, EGLint surface_type) {
  const std::array<EGLint, 11> wish = {EGL_SURFACE_TYPE,
                                       surface_type,
                                       EGL_RENDERABLE_TYPE,
                                       EGL_OPENGL_ES3_BIT,
                                       EGL_RED_SIZE,
                                       8,
                                       EGL_GREEN_SIZE,
                                       8,
                                       EGL_BLUE_SIZE,
                                       8,
                                       EGL_NONE};
  std::array<EGLConfig, 64> configs{};
  EGLint count = 0;
  if (!eglChooseConfig(display, wish.data(), configs.data(), static_cast<EGLint>(configs.size()),
                       &count)) {
    return fail_egl("eglChooseConfig");
  }
  EGLConfig best = nullptr;
  for (EGLConfig config : std::span(configs).first(static_cast<std::size_t>(count))) {
    if (!has_eight_bits(display, config)) continue;
    if (attribute(display, config, EGL_ALPHA_SIZE) == 0) return config;
    if (best == nullptr) best = config;
  }
  if (best == nullptr) return fail(ErrorCode::Unsupported, "an EGL config with 8 bits a channel");
  return best;
}

Result<EglContext> create_egl_context(EGLDisplay display, EGLConfig config) {
  const bool can_be_lost =
      lists(eglQueryString(display, EGL_EXTENSIONS), "EGL_EXT_create_context_robustness");
  for (const EGLint end : {EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT, EGL_NONE}) {
    if (end != EGL_NONE && !can_be_lost) continue;
    for (const EGLint minor : {2, 1, 0}) {
      const std::array<EGLint, 7> wish = {
          EGL_CONTEXT_MAJOR_VERSION,     3,       EGL_CONTEXT_MINOR_VERSION, minor, end,
          EGL_LOSE_CONTEXT_ON_RESET_EXT, EGL_NONE};
      EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, wish.data());
      if (context != EGL_NO_CONTEXT) return EglContext({display, context});
    }
  }
  return fail_egl("eglCreateContext", ErrorCode::Unsupported);
}

}  // namespace pierglass::gfx
