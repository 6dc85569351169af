// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_driver.hpp"

#include <algorithm>
#include <array>

#include "gfx/egl.hpp"

namespace pierglass::gfx {

std::string gl_string(GLenum name) {
  const auto* text = reinterpret_cast<const char*>(glGetString(name));
  return text == nullptr ? std::string() : std::string(text);
}

bool gl_has(std::string_view extension) {
  return lists(gl_string(GL_EXTENSIONS).c_str(), extension);
}

ResetStatus find_reset_status() {
  if (gl_has("GL_EXT_robustness")) return egl_function<ResetStatus>("glGetGraphicsResetStatusEXT");
  if (gl_has("GL_KHR_robustness")) return egl_function<ResetStatus>("glGetGraphicsResetStatusKHR");
  return nullptr;
}

bool is_software_renderer(std::string_view renderer) {
  constexpr std::array<std::string_view, 5> kNames = {"llvmpipe", "softpipe", "swrast", "SWR",
                                                      "Software Rasterizer"};
  return std::ranges::any_of(
      kNames, [&](std::string_view name) { return renderer.find(name) != renderer.npos; });
}

bool leaves_tearing(std::string_view vendor, std::string_view renderer) {
  const bool known = vendor.starts_with("Mesa") || vendor.starts_with("NVIDIA");
  return known && !renderer.starts_with("zink");
}

bool leaves_fences(std::string_view vendor, std::string_view renderer) {
  return vendor.starts_with("Mesa") && !renderer.starts_with("zink");
}

}  // namespace pierglass::gfx
