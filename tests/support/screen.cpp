// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/screen.hpp"

#include <array>
#include <sstream>
#include <utility>

#include "tests/support/kwin.hpp"
#include "tests/support/mutter.hpp"
#include "tests/support/sway.hpp"
#include "tests/support/weston.hpp"

namespace pierglass::test {
namespace {

class SwayScreen : public Screen {
 public:
  SwayScreen(Lab& lab, const OutputSetting& setting) : lab_(lab), sway_(lab, setting.mode) {
    std::ostringstream words;
    words << "output HEADLESS-1 scale " << setting.scale << " transform "
          << name_of(setting.transform);
    sway_.message(words.str());
  }

  [[nodiscard]] const std::filesystem::path& display() const override { return sway_.display(); }
  Picture screenshot() override { return take_screenshot(lab_, sway_); }

 private:
  Lab& lab_;
  HeadlessSway sway_;
};

class MutterScreen : public Screen {
 public:
  MutterScreen(Lab& lab, const OutputSetting& setting)
      : setting_(setting), mutter_(lab, setting.mode) {
    mutter_.set_output(setting);
  }

  [[nodiscard]] const std::filesystem::path& display() const override { return mutter_.display(); }
  Picture screenshot() override { return mutter_.screenshot(setting_.upright()); }

 private:
  OutputSetting setting_;
  HeadlessMutter mutter_;
};

// Of an output that has the picture turned against the clock: the pixel of the picture's place.
std::uint32_t turned_pixel(const Picture& output, Transform turn, std::uint32_t x,
                           std::uint32_t y) {
  const std::uint32_t right = output.size.width - 1;
  const std::uint32_t bottom = output.size.height - 1;
  switch (std::to_underlying(turn) % 4) {
    case 0:
      return output.at(x, y);
    case 1:
      return output.at(y, bottom - x);
    case 2:
      return output.at(right - x, bottom - y);
    default:
      return output.at(right - y, x);
  }
}

}  // namespace

const char* name_of(Compositor compositor) {
  constexpr std::array kNames = {"Sway", "Mutter", "Weston", "KWin"};
  return kNames[std::to_underlying(compositor)];
}

Picture upright_picture(const Picture& pixels, Transform transform) {
  Picture upright(OutputSetting{.mode = pixels.size, .transform = transform}.upright());
  const bool flipped = transform >= Transform::Flipped;
  const Size size = upright.size;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const std::uint32_t from = flipped ? size.width - 1 - x : x;
      upright.pixels[std::size_t{y} * size.width + x] = turned_pixel(pixels, transform, from, y);
    }
  }
  return upright;
}

std::unique_ptr<Screen> start_screen(Compositor compositor, Lab& lab,
                                     const OutputSetting& setting) {
  switch (compositor) {
    case Compositor::Sway:
      return std::make_unique<SwayScreen>(lab, setting);
    case Compositor::Mutter:
      return std::make_unique<MutterScreen>(lab, setting);
    case Compositor::Weston:
      return std::make_unique<WestonScreen>(lab, setting);
    case Compositor::Kwin:
      return std::make_unique<KwinScreen>(lab, setting);
  }
  std::unreachable();
}

}  // namespace pierglass::test
