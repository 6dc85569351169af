// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.hpp"
#include "gfx/presenter.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// Where a picture lies in a window, and the pointer on it: what the pointer's place in the window
// follows from.
struct PlacedPointer {
  CursorOverlay cursor;
  Size picture;  // upright
  Rect into;     // of the window

  // The part of the window that the pointer may mark; empty without one.
  [[nodiscard]] Rect reach() const;
};

// Lines of white text in a dark box at the top of a window. Lays itself out once for each change of
// text or window. One thread.
class Panel {
 public:
  static constexpr std::size_t kMaxLines = 32;
  static constexpr std::size_t kMaxColumns = 128;
  // How much of the picture the box covers, of 255; text covers all of it.
  static constexpr std::uint32_t kBoxAlpha = 191;
  // A pointer's pixel that covers at least so much of the picture, or inverts it, lies on the box.
  static constexpr std::uint32_t kPointerAlpha = 128;

  // ASCII; other bytes show as '?'. What is beyond the limits above is not drawn. A line's first
  // tab begins its second column, which stands in one place for all lines that have one.
  void set_lines(std::span<const std::string> lines);
  void fit(Size window);

  // Since fit(): the box, centred and near the top, cut to the window; empty without lines.
  [[nodiscard]] const Rect& into() const { return into_; }
  // Grows whenever into() or what is drawn there changes.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // Row by row of into() without padding: 255 is text, 0 is box.
  [[nodiscard]] std::span<const std::uint8_t> coverage() const { return coverage_; }

  // Draws it over an Xrgb8888 picture of the whole window, which holds the pointer already. The
  // reference for the GPU pass, and the software path.
  void draw(const pixel::Image& window, const PlacedPointer& pointer) const;

 private:
  [[nodiscard]] std::uint32_t second_column() const;
  [[nodiscard]] Size font_size() const;
  void put_text(std::string_view text, Point at, std::uint32_t factor);

  std::vector<std::string> lines_;
  Size window_;
  bool laid_out_ = true;
  Rect into_;
  std::vector<std::uint8_t> coverage_;
  std::uint64_t version_ = 0;
};

}  // namespace pierglass::gfx
