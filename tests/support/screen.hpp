// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "tests/support/lab.hpp"
#include "tests/support/output_setting.hpp"
#include "tests/support/screenshot.hpp"

namespace pierglass::test {

enum class Compositor : std::uint8_t { Sway, Mutter, Weston, Kwin };
const char* name_of(Compositor compositor);

// A compositor with one output, whichever it is.
class Screen {
 public:
  Screen() = default;
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  virtual ~Screen() = default;

  // What a client's WAYLAND_DISPLAY must be.
  [[nodiscard]] virtual const std::filesystem::path& display() const = 0;
  // Every pixel of the output, as the user sees them; throws when it cannot be had.
  virtual Picture screenshot() = 0;
};

// What the user sees of an output's pixels.
Picture upright_picture(const Picture& pixels, Transform transform);

// Starts one without hardware; throws when it does not start or refuses the setting.
std::unique_ptr<Screen> start_screen(Compositor compositor, Lab& lab, const OutputSetting& setting);

}  // namespace pierglass::test
