// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "pixel/cursor.hpp"
#include "pixel/filter.hpp"

// What the main thread asks of the present loop, and what it hears back. Values; one thread each.
namespace pierglass::app {

// Asked and not served yet; of each kind the newest counts.
struct PresentRequests {
  std::optional<std::vector<std::string>> panel;
  std::optional<pixel::Filter> filter;
  std::optional<bool> tearing;
  std::optional<bool> show_pointer;
  std::optional<bool> watch_image;
  std::optional<bool> watch_pointer;
  std::optional<Point> place_pointer;
  std::uint32_t commits = 0;
  bool screenshot = false;
};

// The guest's pointer and the picture that it moves on.
struct GuestPointer {
  Point position;  // hot spot, pixels of the upright picture
  bool visible = false;
  Size picture;  // upright size of the newest picture; empty: none
  friend bool operator==(const GuestPointer&, const GuestPointer&) = default;
};

struct PointerImage {
  std::uint64_t serial = 0;  // changes whenever the image does
  std::shared_ptr<const pixel::CursorImage> image;
};

struct Screenshot {
  Size size;
  std::vector<std::uint32_t> pixels;  // Xrgb8888, row by row without padding, upright
};

// How the guest's pixels come to the compositor.
enum class PixelPath : std::uint8_t {
  Copy,     // through buffers of the client's own
  Direct,   // the compositor reads the guest's memory itself
  Import,   // the GPU does, for the picture that it draws
  Scanout,  // the compositor, by a dma-buf, which a screen may show
};
inline constexpr std::size_t kPixelPaths = 4;

const char* name(PixelPath path);

// For the log.
const char* describe(PixelPath path);

// What became of a wish about tearing.
enum class Tearing : std::uint8_t {
  Off,
  On,
  NotHere,   // the compositor does not know it
  ByDriver,  // the graphics driver decides it
};

// What draws: gfx::Presenter::name() and device().
struct Renderer {
  std::string name;
  std::string device;
  std::string reason;  // why not GL; empty: it is, or it is what was wished
};

struct PresentNews {
  // How place_pointer() ended: the guest was told, Unsupported (it cannot), NotReady (there is
  // none), Busy (it did not listen in time). Of several requests in a row only the newest is told.
  std::optional<Result<void>> placed;
  // So many request_commit() are met: a commit that came after them was flushed.
  std::uint32_t committed = 0;
  // NotReady: there is no picture. Stale: none could be read whole in time.
  std::optional<Result<Screenshot>> screenshot;
  std::optional<PointerImage> pointer_image;  // the newest
  bool pointer_changed = false;               // what pointer() gives is new, as far as asked for
  std::optional<PixelPath> path;              // a picture came this way for the first time
  // Why pictures do not come by a shorter path that was wished; a sentence without a full stop.
  // When another reason comes up.
  std::optional<std::string> path_refusal;
  std::optional<std::string> output;  // gfx::Presenter::output(), when it is another one
  std::optional<Renderer> renderer;   // at first, and when it is another one
  std::optional<Tearing> tearing;     // answers the newest wish
  // The surface has no content, because of the hidden window state of this generation.
  std::optional<std::uint64_t> unmapped;

  [[nodiscard]] bool empty() const {
    return !placed && committed == 0 && !screenshot && !pointer_image && !pointer_changed &&
           !path && !path_refusal && !output && !renderer && !tearing && !unmapped;
  }
  // Adds what happened later.
  void add(PresentNews&& later);
};

}  // namespace pierglass::app
