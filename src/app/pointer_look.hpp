// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "app/present_news.hpp"
#include "base/geometry.hpp"

namespace pierglass::wl {
class PointerImage;
struct WindowState;
}  // namespace pierglass::wl

namespace pierglass::app {

class PresentThread;

// Which of the two pointers the user sees. Where the desktop's moves the guest's, it wears the
// guest's image and the one in the picture is left out; everywhere else the picture has its own.
// Main thread.
class PointerLook {
 public:
  // Both are borrowed.
  PointerLook(wl::PointerImage& window, PresentThread& present)
      : window_(window), present_(present) {}

  enum class Place : std::uint8_t {
    Elsewhere,  // the desktop's pointer is not over the window, or does not move the guest's
    Over,       // it is, and does
    Captured,   // there is none
  };

  void set_place(Place place);
  void set_image(PointerImage image);
  void set_guest(
      const GuestPointer& guest);  // what counts is whether it is visible, and the picture's size
  void set_window(const wl::WindowState& state);

 private:
  void update();
  void wear_guest_image();

  wl::PointerImage& window_;
  PresentThread& present_;
  Place place_ = Place::Elsewhere;
  PointerImage image_;
  bool visible_ = false;
  Size picture_;
  Size buffer_;  // of the window, pixels
  std::uint32_t scale120_ = 120;
  bool in_picture_ = true;  // as the present thread was told
};

}  // namespace pierglass::app
