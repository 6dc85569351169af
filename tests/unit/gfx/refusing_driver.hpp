// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>

#include <functional>
#include <string>

namespace pierglass::gfx::test {

// While one lives, the driver refuses what its wishes say.
class RefusingDriver {
 public:
  struct Wishes {
    std::string shaders;  // to compile those whose text has this in it; empty: none
    bool persistent_mappings = false;
    bool fences = false;                   // to reach them: whoever waits does so in vain
    EGLint swaps = EGL_SUCCESS;            // eglSwapBuffers fails with that error
    std::function<void()> before_reading;  // refuses nothing: called when pixels are to be read
  };
  explicit RefusingDriver(Wishes wishes);
  RefusingDriver(const RefusingDriver&) = delete;
  RefusingDriver& operator=(const RefusingDriver&) = delete;
  ~RefusingDriver();

  // So many shaders and swaps were refused.
  [[nodiscard]] int refused() const;
};

}  // namespace pierglass::gfx::test
