// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"
#include "wl/shm_image.hpp"

namespace pierglass::wl {

class Registry;

// What the user sees of the pointer over the window: an image of ours, the desktop's own pointer or
// nothing; an arrow at first. The compositor moves it; the main thread alone owns and commits its
// surface. What is set stays set: it is shown again each time the pointer enters. Whoever sets
// pictures as a guest likes asks Display::flush() first, and keeps the newest back while that is
// false.
class PointerImage : Pinned {
 public:
  struct Picture {
    std::span<const std::uint32_t> pixels;  // ARGB8888, premultiplied, rows without padding
    Size size;                              // pixels
    Point hot_spot;                         // pixels from the top left
  };

  // `registry` is borrowed and must outlive this object.
  explicit PointerImage(Registry& registry);

  // Takes a copy. `scale120` says how many pixels of the picture, in 120ths, are one of the
  // window's logical ones: with the window's own scale each pixel is one of the screen's. Where the
  // compositor has no viewporter only whole scales that divide the size are followed. The same
  // picture again sends nothing. Fails with InvalidArgument (no area, or `pixels` of another size),
  // TooLarge (above 4096 pixels a side) or OsCall; then the former one stays.
  Result<void> set(const Picture& picture, std::uint32_t scale120);
  // The desktop's own pointer where the compositor can be asked for it
  // (wp_cursor_shape_manager_v1), else a plain arrow of ours, the same size on every screen. Errors
  // as set().
  Result<void> set_arrow(std::uint32_t scale120);
  // Nothing is seen. Nothing is sent when that is so already.
  void hide();
  [[nodiscard]] bool hidden() const { return !current_ && !desktops_; }

  // ---- for Pointer ----
  void on_enter(wl_pointer* pointer, std::uint32_t serial);
  void on_leave();

 private:
  // How the current picture is shown.
  struct Placing {
    Point hot_spot;  // logical
    Size logical;
    std::int32_t buffer_scale = 1;  // of a compositor without a viewporter
    friend bool operator==(const Placing&, const Placing&) = default;
  };

  [[nodiscard]] Placing place(const Picture& picture, std::uint32_t scale120) const;
  [[nodiscard]] bool shows(const Picture& picture) const;
  Result<ShmImage*> free_image(Size size);
  void create_surface();
  void apply();

  Registry& registry_;
  // In this order: what hangs on the surface ends before it.
  Proxy<wl_surface> surface_;
  Proxy<wp_viewport> viewport_;
  std::vector<std::unique_ptr<ShmImage>> images_;  // some still read by the compositor
  ShmImage* current_ = nullptr;                    // the one to be seen; null: none of ours
  bool desktops_ = false;                          // the desktop's own is to be seen instead
  Placing placing_;
  wl_pointer* pointer_ = nullptr;           // while it is over the window
  std::uint32_t serial_ = 0;                // of its last enter event
  Proxy<wp_cursor_shape_device_v1> shape_;  // its; null where the compositor has no such thing
};

}  // namespace pierglass::wl
