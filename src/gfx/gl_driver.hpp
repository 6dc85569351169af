// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <string>
#include <string_view>

namespace pierglass::gfx {

// What the current context says of itself, such as GL_RENDERER; empty: nothing.
std::string gl_string(GLenum name);

// Whether it has that extension.
bool gl_has(std::string_view extension);

// Asks whether the current context was lost, since its GPU was reset or went away; gives
// GL_NO_ERROR or how. Costs what the driver needs to ask the kernel.
using ResetStatus = GLenum(GL_APIENTRY*)();
// Null: the driver does not tell.
ResetStatus find_reset_status();

// True for GL_RENDERER strings of drivers that draw with the CPU.
bool is_software_renderer(std::string_view renderer);

// Whether an EGL of that EGL_VENDOR and GL_RENDERER makes no wp_tearing_control_v1 at swap interval
// 0. Mesa's and NVIDIA's do not, but for drivers over Vulkan, whose swapchains do.
bool leaves_tearing(std::string_view vendor, std::string_view renderer);

// Whether a driver leaves fences in memory that it shares, for everybody who reads or draws there
// next: Mesa's own do; those over Vulkan and others are not known to.
bool leaves_fences(std::string_view vendor, std::string_view renderer);

}  // namespace pierglass::gfx
