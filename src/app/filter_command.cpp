// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/filter_command.hpp"

namespace pierglass::app {

std::optional<pixel::Filter> filter_of(input::Command command, pixel::Filter now) {
  switch (command) {
    case input::Command::NextFilter:
      return pixel::next(now);
    case input::Command::FilterAuto:
      return pixel::Filter::Auto;
    case input::Command::FilterNearest:
      return pixel::Filter::Nearest;
    case input::Command::FilterBilinear:
      return pixel::Filter::Bilinear;
    case input::Command::FilterSharp:
      return pixel::Filter::Sharp;
    case input::Command::FilterLanczos:
      return pixel::Filter::Lanczos;
    default:
      return std::nullopt;
  }
}

}  // namespace pierglass::app
