// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "app/present_news.hpp"
#include "base/clock.hpp"
#include "base/geometry.hpp"

namespace pierglass::wl {
class Display;
class PointerImage;
struct WindowState;
}  // namespace pierglass::wl

namespace pierglass::app {

class PresentThread;

// Which of the two pointers the user sees. Where the desktop's moves the guest's, it wears the
// guest's image and the one in the picture is left out; everywhere else the picture has its own.
// Main thread.
//
// A guest may change its image as often as it likes: the newest is shown, at most once in
// kShortest, and none while the compositor does not read. One that is large stays in the picture.
class PointerLook {
 public:
  static constexpr Nanoseconds kShortest = std::chrono::milliseconds(8);
  static constexpr std::uint32_t kLargest = 128;  // pixels of the window, on each side
  static constexpr int kRest = 20;                // times as long as making an image took

  // All are borrowed.
  PointerLook(wl::Display& display, wl::PointerImage& window, PresentThread& present)
      : display_(display), window_(window), present_(present) {}

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

  // Shows what was held back; for after each read of the connection, and at deadline().
  void refresh(HostTime now);
  [[nodiscard]] std::optional<HostTime> deadline() const;

 private:
  void update();
  [[nodiscard]] bool wears_image() const;
  [[nodiscard]] bool small_enough() const;
  void draw_in_picture(bool in_picture);
  void show();
  void wear_guest_image();

  wl::Display& display_;
  wl::PointerImage& window_;
  PresentThread& present_;
  Place place_ = Place::Elsewhere;
  PointerImage image_;
  bool visible_ = false;
  Size picture_;
  Size buffer_;  // of the window, pixels
  std::uint32_t scale120_ = 120;
  bool due_ = false;        // what the window shows is not the newest
  HostTime not_before_;     // the next image
  bool in_picture_ = true;  // as the present thread was told
};

}  // namespace pierglass::app
