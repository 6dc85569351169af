// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/screenshot.hpp"

#include <spng.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>

#include "tests/support/patience.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {
namespace {

unsigned channel_difference(std::uint32_t a, std::uint32_t b) {
  unsigned largest = 0;
  for (unsigned shift = 0; shift < 24; shift += 8) {
    const int first = static_cast<int>(a >> shift & 0xff);
    const int second = static_cast<int>(b >> shift & 0xff);
    largest = std::max(largest, static_cast<unsigned>(std::abs(first - second)));
  }
  return largest;
}

std::string file_name(const std::string& name) {
  std::string result = name;
  std::ranges::replace_if(result, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return result;
}

}  // namespace

pixel::Image Picture::view() {
  return {.data = std::as_writable_bytes(std::span(pixels)).data(),
          .pitch = size.width * 4,
          .size = size,
          .format = wire::PixelFormat::Xrgb8888};
}

pixel::ConstImage Picture::view() const {
  return {.data = std::as_bytes(std::span(pixels)).data(),
          .pitch = size.width * 4,
          .size = size,
          .format = wire::PixelFormat::Xrgb8888};
}

Picture parse_ppm(const std::string& bytes) {
  std::istringstream stream(bytes);
  std::string magic;
  Size size;
  unsigned maximum = 0;
  stream >> magic >> size.width >> size.height >> maximum;
  stream.get();
  const auto start = static_cast<std::size_t>(stream.tellg());
  if (!stream || magic != "P6" || maximum != 255 || bytes.size() - start != size.area() * 3) {
    throw std::runtime_error("not a binary PPM picture");
  }
  Picture picture(size);
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data()) + start;
  for (std::uint32_t& pixel : picture.pixels) {
    pixel = static_cast<std::uint32_t>(from[0] << 16 | from[1] << 8 | from[2]);
    from += 3;
  }
  return picture;
}

Picture take_screenshot(Lab& lab, const HeadlessSway& sway, const std::string& output,
                        DesktopPointer pointer) {
  std::vector<std::string> words = {"grim", "-t", "ppm", "-o", output};
  if (pointer == DesktopPointer::Shown) words.emplace_back("-c");
  words.emplace_back("-");
  Command command = lab.command("grim", std::move(words));
  command.environment.emplace_back("WAYLAND_DISPLAY", sway.display());
  const Finished grim = run_to_end(std::move(command), patience(std::chrono::seconds(20)));
  if (grim.exit != Exit{.code = 0}) throw std::runtime_error("grim: " + grim.err);
  return parse_ppm(grim.out);
}

Picture read_png(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rb"),
                                                               std::fclose);
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> decoder(spng_ctx_new(0), spng_ctx_free);
  spng_ihdr header{};
  if (!stream || !decoder || spng_set_png_file(decoder.get(), stream.get()) != 0 ||
      spng_get_ihdr(decoder.get(), &header) != 0) {
    throw std::runtime_error("cannot read " + file.string());
  }
  Picture picture({header.width, header.height});
  std::vector<std::uint8_t> rgb(picture.pixels.size() * 3);
  if (spng_decode_image(decoder.get(), rgb.data(), rgb.size(), SPNG_FMT_RGB8, 0) != 0) {
    throw std::runtime_error("no whole picture in " + file.string());
  }
  const std::uint8_t* from = rgb.data();
  for (std::uint32_t& pixel : picture.pixels) {
    pixel = static_cast<std::uint32_t>(from[0] << 16 | from[1] << 8 | from[2]);
    from += 3;
  }
  return picture;
}

void write_png(const Picture& picture, const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "wb"),
                                                               std::fclose);
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> encoder(spng_ctx_new(SPNG_CTX_ENCODER),
                                                               spng_ctx_free);
  std::vector<std::uint8_t> rgb;
  rgb.reserve(picture.pixels.size() * 3);
  for (const std::uint32_t pixel : picture.pixels) {
    rgb.push_back(static_cast<std::uint8_t>(pixel >> 16 & 0xff));
    rgb.push_back(static_cast<std::uint8_t>(pixel >> 8 & 0xff));
    rgb.push_back(static_cast<std::uint8_t>(pixel & 0xff));
  }
  spng_ihdr header{.width = picture.size.width,
                   .height = picture.size.height,
                   .bit_depth = 8,
                   .color_type = SPNG_COLOR_TYPE_TRUECOLOR,
                   .compression_method = 0,
                   .filter_method = 0,
                   .interlace_method = 0};
  if (!stream || !encoder || spng_set_png_file(encoder.get(), stream.get()) != 0 ||
      spng_set_ihdr(encoder.get(), &header) != 0 ||
      spng_encode_image(encoder.get(), rgb.data(), rgb.size(), SPNG_FMT_PNG,
                        SPNG_ENCODE_FINALIZE) != 0) {
    throw std::runtime_error("cannot write " + file.string());
  }
}

PictureDifference compare(const Picture& actual, const Picture& expected, unsigned tolerance) {
  PictureDifference result;
  for (std::uint32_t y = 0; y < actual.size.height; ++y) {
    for (std::uint32_t x = 0; x < actual.size.width; ++x) {
      const unsigned difference = channel_difference(actual.at(x, y), expected.at(x, y));
      result.largest = std::max(result.largest, difference);
      if (difference <= tolerance) continue;
      if (result.pixels++ == 0) {
        result.x = x;
        result.y = y;
      }
    }
  }
  return result;
}

std::filesystem::path write_failure(const Picture& picture, const std::string& name) {
  std::filesystem::path folder = PIERGLASS_FAILURES_FOLDER;
  std::filesystem::create_directories(folder);
  write_png(picture, folder / (file_name(name) + ".png"));
  return folder;
}

testing::AssertionResult same_picture(const Picture& actual, const Picture& expected,
                                      unsigned tolerance, const std::string& name) {
  if (actual.size != expected.size) {
    return testing::AssertionFailure()
           << name << ": " << actual.size.width << "x" << actual.size.height << " where "
           << expected.size.width << "x" << expected.size.height << " was expected";
  }
  const PictureDifference difference = compare(actual, expected, tolerance);
  if (difference.pixels == 0) {
    return testing::AssertionSuccess()
           << name << " is the same; largest difference " << difference.largest;
  }
  write_failure(actual, name + "-actual");
  const std::filesystem::path folder = write_failure(expected, name + "-expected");
  char colours[64];
  std::snprintf(colours, sizeof colours, "%06x where %06x was expected",
                actual.at(difference.x, difference.y) & 0xffffff,
                expected.at(difference.x, difference.y) & 0xffffff);
  return testing::AssertionFailure()
         << name << ": " << difference.pixels << " pixels differ by more than " << tolerance
         << ", the largest by " << difference.largest << "; the first, at " << difference.x << ","
         << difference.y << ", is " << colours << "; see " << folder.string();
}

}  // namespace pierglass::test
