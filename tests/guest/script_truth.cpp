// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/script_truth.hpp"

#include "pixel/cursor.hpp"

namespace pierglass::test {
namespace {

// The screen's brightest is compressed into the range where it is brighter than white.
pixel::Colour colour_of(const DesktopMode& mode) {
  pixel::Colour colour{.space = guest::colour_space_of(mode.pixel_format(), mode.colour()),
                       .white_millinits = mode.white_millinits()};
  const double white = colour.white_millinits / 1000.0;
  const bool brighter = static_cast<double>(mode.colour().max_luminance) > white;
  colour.compress = brighter && colour.space != wire::ColourSpace::Srgb;
  return colour;
}

void draw_pointer(Picture& picture, const DesktopModel& model) {
  if (!model.visible() || !model.shape()) return;
  const auto cursor = pixel::make_cursor_image(model.shape()->info, model.shape()->image);
  pixel::draw_cursor(picture.view(), cursor.value(), model.position(), full_rect(picture.size));
}

}  // namespace

Picture turned_clockwise(const Picture& picture, unsigned quarters) {
  if (quarters == 0) return picture;
  Picture turned({picture.size.height, picture.size.width});
  for (std::uint32_t y = 0; y < turned.size.height; ++y) {
    for (std::uint32_t x = 0; x < turned.size.width; ++x) {
      turned.pixels[std::size_t{y} * turned.size.width + x] =
          picture.at(y, picture.size.height - 1 - x);
    }
  }
  return turned_clockwise(turned, quarters - 1);
}

const pixel::RowConverter& ScriptTruth::converter_for(const DesktopMode& mode) {
  return converters_
      .try_emplace(std::pair(mode.format, mode.hdr), mode.pixel_format(), colour_of(mode))
      .first->second;
}

Picture ScriptTruth::picture(const DesktopModel& model) {
  const pixel::ConstImage stored = model.picture();
  Picture picture(stored.size);
  const pixel::RowConverter& converter = converter_for(model.mode());
  for (std::uint32_t y = 0; y < stored.size.height; ++y) {
    converter.convert(&picture.pixels[std::size_t{y} * stored.size.width], stored.row(y),
                      stored.size.width);
  }
  picture =
      turned_clockwise(picture, std::to_underlying(guest::rotation_of(model.mode().rotation)));
  draw_pointer(picture, model);
  return picture;
}

}  // namespace pierglass::test
