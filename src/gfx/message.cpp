// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/message.hpp"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <array>
#include <string>

namespace pierglass::gfx {
namespace {

constexpr std::uint32_t kLinesPerWindow = 30;  // sets the wished size of the text
constexpr std::uint32_t kMaxFactor = 8;

// What stb_easy_font_print writes per corner; four corners are one rectangle.
struct Corner {
  float x, y, z;
  unsigned char colour[4];
};
static_assert(sizeof(Corner) == 16);

// stb_easy_font looks characters up without a bounds check.
std::string printable(std::string_view text) {
  std::string line(text.substr(0, kMaxMessageLength));
  for (char& c : line) {
    if (c < ' ' || c > '~') c = '?';
  }
  return line;
}

void fill(TextMask& mask, const Rect& font_rect, std::uint32_t factor) {
  const Rect scaled{font_rect.x * factor, font_rect.y * factor, font_rect.width * factor,
                    font_rect.height * factor};
  const Rect rect = intersection(scaled, full_rect(mask.size));
  for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
    std::fill_n(mask.coverage.begin() + std::ptrdiff_t{y} * mask.size.width + rect.x, rect.width,
                std::uint8_t{255});
  }
}

}  // namespace

TextMask text_mask(std::string_view text, std::uint32_t factor) {
  std::string line = printable(text);
  const auto width = static_cast<std::uint32_t>(stb_easy_font_width(line.data()));
  TextMask mask{{width * factor, kTextLineHeight * factor}, {}};
  mask.coverage.resize(mask.size.area());

  constexpr std::size_t kMaxRectsPerCharacter = 16;
  std::vector<Corner> corners(line.size() * kMaxRectsPerCharacter * 4);
  const int quads = stb_easy_font_print(0, 0, line.data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(Corner)));
  for (std::size_t quad = 0; quad < static_cast<std::size_t>(quads); ++quad) {
    const Corner& first = corners[quad * 4];
    const Corner& opposite = corners[quad * 4 + 2];
    fill(mask,
         {static_cast<std::uint32_t>(first.x), static_cast<std::uint32_t>(first.y),
          static_cast<std::uint32_t>(opposite.x - first.x),
          static_cast<std::uint32_t>(opposite.y - first.y)},
         factor);
  }
  return mask;
}

std::uint32_t text_factor(Size text, Size window) {
  const std::uint32_t wished = window.height / (kLinesPerWindow * kTextLineHeight);
  const std::uint32_t widest = window.width / std::max(text.width, 1U);
  const std::uint32_t highest = window.height / std::max(text.height, 1U);
  return std::clamp(std::min({wished, widest, highest}), 1U, kMaxFactor);
}

MessagePicture message_picture(std::string_view text, Size window) {
  constexpr std::uint32_t kWhite = 0xffffffff;
  constexpr std::uint32_t kBlack = 0xff000000;
  std::string line = printable(text);
  const auto font_width = static_cast<std::uint32_t>(stb_easy_font_width(line.data()));
  const TextMask mask = text_mask(line, text_factor({font_width, kTextLineHeight}, window));

  MessagePicture picture;
  Rect& into = picture.into;
  into.width = std::min(mask.size.width, window.width);
  into.height = std::min(mask.size.height, window.height);
  into.x = (window.width - into.width) / 2;
  into.y = (window.height - into.height) / 2;
  picture.pixels.reserve(into.area());
  for (std::uint32_t y = 0; y < into.height; ++y) {
    for (std::uint32_t x = 0; x < into.width; ++x) {
      const bool covered = mask.coverage[std::size_t{y} * mask.size.width + x] != 0;
      picture.pixels.push_back(covered ? kWhite : kBlack);
    }
  }
  return picture;
}

}  // namespace pierglass::gfx
