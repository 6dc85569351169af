// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/image.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/sway.hpp"

namespace pierglass::test {

// A picture in memory, 0x00RRGGBB, rows without padding.
struct Picture {
  Size size;
  std::vector<std::uint32_t> pixels;

  Picture() = default;
  explicit Picture(Size picture_size, std::uint32_t fill = 0)
      : size(picture_size), pixels(picture_size.area(), fill) {}

  [[nodiscard]] std::uint32_t at(std::uint32_t x, std::uint32_t y) const {
    return pixels[std::size_t{y} * size.width + x];
  }
  [[nodiscard]] pixel::Image view();
  [[nodiscard]] pixel::ConstImage view() const;
};

enum class DesktopPointer : std::uint8_t { LeftOut, Shown };

// What the compositor shows on an output; throws when it cannot be had.
Picture take_screenshot(Lab& lab, const HeadlessSway& sway,
                        const std::string& output = "HEADLESS-1",
                        DesktopPointer pointer = DesktopPointer::LeftOut);

// Parses a binary PPM with 8 bits a channel; throws on anything else.
Picture parse_ppm(const std::string& bytes);

Picture read_png(const std::filesystem::path& file);  // throws when it is none
void write_png(const Picture& picture, const std::filesystem::path& file);

struct PictureDifference {
  std::uint64_t pixels = 0;  // how many differ by more than the tolerance
  unsigned largest = 0;      // largest difference of one channel, anywhere
  std::uint32_t x = 0;       // the first one that differs by more than the tolerance
  std::uint32_t y = 0;
};

// Both of one size.
PictureDifference compare(const Picture& actual, const Picture& expected, unsigned tolerance);

// Writes NAME.png to the build folder's e2e-failures; gives the folder.
std::filesystem::path write_failure(const Picture& picture, const std::string& name);

// For EXPECT_TRUE. On failure both pictures are written as NAME-actual.png and NAME-expected.png to
// the build folder's e2e-failures, and the message says where.
testing::AssertionResult same_picture(const Picture& actual, const Picture& expected,
                                      unsigned tolerance, const std::string& name);

}  // namespace pierglass::test
