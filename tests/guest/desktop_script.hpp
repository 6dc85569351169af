// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "guest/core/cursor_shape.hpp"
#include "guest/core/desktop_damage.hpp"
#include "guest/core/desktop_place.hpp"
#include "guest/core/duplicated_shape.hpp"
#include "guest/core/output_colour.hpp"
#include "pixel/image.hpp"

// A Windows desktop that follows a script: what desktop duplication says of it, and what it really
// shows. Both the stand-in, under Wine, and the reader that checks it, on Linux, have this.
namespace pierglass::test {

struct DesktopMode {
  Size size{64, 48};  // of the texture, which is not turned
  std::uint32_t format = guest::dxgi::kB8G8R8A8Unorm;
  std::uint32_t rotation = 1;  // DXGI_MODE_ROTATION
  bool hdr = false;
  Point origin;  // on the virtual desktop

  [[nodiscard]] wire::PixelFormat pixel_format() const;
  [[nodiscard]] guest::OutputColour colour() const;
  [[nodiscard]] std::uint32_t white_millinits() const { return hdr ? 203'000 : 80'000; }
};

// How a driver gives the lists of what changed.
enum class Lists : std::uint8_t {
  Given,
  None,      // no metadata at all
  MoreData,  // DXGI_ERROR_MORE_DATA and the size it would take
  TooMany,   // success, with a size beyond the buffer
};

// A shape as the driver gives it, and what readers must have after it; nothing: it is refused.
struct ScriptedShape {
  guest::DuplicatedShape described;
  std::vector<std::byte> image;
  std::optional<guest::CursorShape> wire;
};

// Pixels that get new contents.
struct Paint {
  Rect rect;
  std::uint32_t seed = 0;
};

// One answer to AcquireNextFrame.
struct DesktopStep {
  std::uint32_t result = 0;
  // With result 0:
  bool presented = false;
  bool protected_content = false;
  Lists lists = Lists::Given;
  std::vector<guest::DesktopRect> dirty;
  std::vector<guest::DesktopMove> moves;
  struct Pointer {
    Point corner;
    bool visible = false;
  };
  std::optional<Pointer> pointer;
  std::optional<ScriptedShape> shape;
  // What really changes: first pixels are moved, then painted.
  struct Shift {
    Point from;
    Rect to;
  };
  std::vector<Shift> shifts;
  std::vector<Paint> paints;
  // With a result that loses the duplication: what is found next, and how often that is refused.
  std::optional<DesktopMode> mode;
  std::uint32_t refusals = 0;
  bool no_newer_call = false;  // DuplicateOutput1 says unsupported; always B8G8R8A8
};

// What the screen and the pointer are.
class DesktopModel {
 public:
  DesktopModel();

  void apply(const DesktopStep& step);

  [[nodiscard]] const DesktopMode& mode() const { return mode_; }
  [[nodiscard]] pixel::ConstImage picture() const { return image_; }
  [[nodiscard]] const std::optional<guest::CursorShape>& shape() const { return shape_; }
  // Of the hot spot, where the pointer was visible last.
  [[nodiscard]] Point position() const;
  [[nodiscard]] bool visible() const { return visible_; }

 private:
  void enter(const DesktopMode& mode);
  void paint(const Paint& paint);
  void shift(const DesktopStep::Shift& shift);

  DesktopMode mode_;
  std::vector<std::byte> bytes_;
  pixel::Image image_;
  std::optional<guest::CursorShape> shape_;
  Point corner_;
  bool visible_ = false;
};

// Script `index` of a seed, for a desktop that is in `mode`: the same steps everywhere.
std::vector<DesktopStep> random_script(std::uint32_t seed, std::uint32_t index, DesktopMode mode);

// A picture whose top left pixel is another.
DesktopStep one_pixel();

}  // namespace pierglass::test
