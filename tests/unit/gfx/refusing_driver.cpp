// SPDX-License-Identifier: GPL-2.0-or-later
// This program's own glCompileShader, glMapBufferRange, glReadPixels, glClientWaitSync and
// eglSwapBuffers stand in front of the libraries'.
#include "tests/unit/gfx/refusing_driver.hpp"

#include <GLES3/gl3.h>

#include <EGL/egl.h>
#include <GLES2/gl2ext.h>

#include <dlfcn.h>

#include <cstddef>
#include <utility>

namespace pierglass::gfx::test {
namespace {

RefusingDriver::Wishes wishes_now;
int refused_now = 0;

std::string text_of(GLuint shader) {
  GLint length = 0;
  glGetShaderiv(shader, GL_SHADER_SOURCE_LENGTH, &length);
  std::string text(static_cast<std::size_t>(length), '\0');
  glGetShaderSource(shader, length, nullptr, text.data());
  return text;
}

template <typename Function>
Function of_library(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

}  // namespace

RefusingDriver::RefusingDriver(Wishes wishes) {
  wishes_now = std::move(wishes);
  refused_now = 0;
}

RefusingDriver::~RefusingDriver() {
  wishes_now = {};
}

int RefusingDriver::refused() const {
  return refused_now;
}

}  // namespace pierglass::gfx::test

extern "C" void GL_APIENTRY glCompileShader(GLuint shader) {
  using namespace pierglass::gfx::test;
  const std::string& marker = wishes_now.shaders;
  if (!marker.empty() && text_of(shader).find(marker) != std::string::npos) {
    ++refused_now;
    const GLchar* nonsense = "refused";
    glShaderSource(shader, 1, &nonsense, nullptr);
  }
  of_library<PFNGLCOMPILESHADERPROC>("glCompileShader")(shader);
}

extern "C" void* GL_APIENTRY glMapBufferRange(GLenum target, GLintptr offset, GLsizeiptr length,
                                              GLbitfield access) {
  using namespace pierglass::gfx::test;
  const bool persistent = (access & GL_MAP_PERSISTENT_BIT_EXT) != 0;
  if (persistent && wishes_now.persistent_mappings) return nullptr;
  return of_library<PFNGLMAPBUFFERRANGEPROC>("glMapBufferRange")(target, offset, length, access);
}

extern "C" void GL_APIENTRY glReadPixels(GLint x, GLint y, GLsizei width, GLsizei height,
                                         GLenum format, GLenum type, void* pixels) {
  using namespace pierglass::gfx::test;
  if (wishes_now.before_reading) wishes_now.before_reading();
  of_library<PFNGLREADPIXELSPROC>("glReadPixels")(x, y, width, height, format, type, pixels);
}

extern "C" GLenum GL_APIENTRY glClientWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout) {
  using namespace pierglass::gfx::test;
  if (wishes_now.fences) return GL_TIMEOUT_EXPIRED;
  return of_library<PFNGLCLIENTWAITSYNCPROC>("glClientWaitSync")(sync, flags, timeout);
}

extern "C" EGLBoolean EGLAPIENTRY eglSwapBuffers(EGLDisplay display, EGLSurface surface) {
  using namespace pierglass::gfx::test;
  using Swap = EGLBoolean(EGLAPIENTRY*)(EGLDisplay, EGLSurface);
  if (wishes_now.swaps == EGL_SUCCESS) {
    return reinterpret_cast<Swap>(dlsym(RTLD_NEXT, "eglSwapBuffers"))(display, surface);
  }
  ++refused_now;
  return EGL_FALSE;
}

extern "C" EGLint EGLAPIENTRY eglGetError() {
  using namespace pierglass::gfx::test;
  if (wishes_now.swaps != EGL_SUCCESS) return wishes_now.swaps;
  return reinterpret_cast<EGLint(EGLAPIENTRY*)()>(dlsym(RTLD_NEXT, "eglGetError"))();
}
