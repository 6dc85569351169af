// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pointer_look.hpp"

#include <algorithm>
#include <utility>

#include "app/present_thread.hpp"
#include "pixel/cursor.hpp"
#include "pixel/cursor_plane.hpp"
#include "pixel/scale.hpp"
#include "wl/display.hpp"
#include "wl/pointer_image.hpp"
#include "wl/window.hpp"

namespace pierglass::app {

void PointerLook::set_place(Place place) {
  if (place == place_) return;
  const bool was_over = std::exchange(place_, place) == Place::Over;
  if (was_over != (place == Place::Over)) present_.watch_pointer_image(place == Place::Over);
  update();
}

void PointerLook::set_image(PointerImage image) {
  image_ = std::move(image);
  update();
}

void PointerLook::set_guest(const GuestPointer& guest) {
  if (guest.visible == visible_ && guest.picture == picture_) return;
  visible_ = guest.visible;
  picture_ = guest.picture;
  update();
}

void PointerLook::set_window(const wl::WindowState& state) {
  if (state.buffer == buffer_ && state.scale120 == scale120_) return;
  buffer_ = state.buffer;
  scale120_ = state.scale120;
  update();
}

void PointerLook::update() {
  due_ = true;
  refresh(HostClock::now());
}

void PointerLook::refresh(HostTime now) {
  if (!due_ || (wears_image() && now < not_before_) || !display_.flush()) return;
  due_ = false;
  draw_in_picture(place_ != Place::Over || !small_enough());
  show();
  if (!wears_image()) return;
  const HostTime after = HostClock::now();
  not_before_ = after + std::max(kShortest, kRest * (after - now));
}

std::optional<HostTime> PointerLook::deadline() const {
  // One that is over already waits for the compositor, not for the time.
  if (!due_ || !wears_image() || not_before_ <= HostClock::now()) return std::nullopt;
  return not_before_;
}

bool PointerLook::wears_image() const {
  return place_ == Place::Over && picture_.area() != 0 && visible_ && image_.image != nullptr &&
         small_enough();
}

// Larger ones break a screen's pointer plane, and making them would hold up the keyboard.
bool PointerLook::small_enough() const {
  if (image_.image == nullptr || picture_.area() == 0) return true;
  const Rect into = pixel::fit_rect(picture_, buffer_);
  const Size size = image_.image->size;
  return std::uint64_t{size.width} * into.width <= std::uint64_t{kLargest} * picture_.width &&
         std::uint64_t{size.height} * into.height <= std::uint64_t{kLargest} * picture_.height;
}

void PointerLook::draw_in_picture(bool in_picture) {
  if (std::exchange(in_picture_, in_picture) != in_picture) present_.show_pointer(in_picture);
}

void PointerLook::show() {
  if (place_ == Place::Captured) return window_.hide();
  if (place_ == Place::Elsewhere || picture_.area() == 0) {
    (void)window_.set_arrow(scale120_);
    return;
  }
  if (!visible_ || in_picture_) return window_.hide();
  wear_guest_image();
}

// The image arrives a moment after show_pointer(false); until then the window keeps what it has.
void PointerLook::wear_guest_image() {
  if (image_.image == nullptr) {
    if (window_.hidden()) (void)window_.set_arrow(scale120_);
    return;
  }
  const Rect into = pixel::fit_rect(picture_, buffer_);
  if (into.empty()) return;
  const pixel::CursorImage scaled =
      pixel::scaled_cursor(*image_.image, picture_, {into.width, into.height});
  const pixel::PlaneImage plane = pixel::plane_image(scaled);
  const wl::PointerImage::Picture picture{
      .pixels = plane.pixels, .size = plane.size, .hot_spot = plane.hot};
  if (!window_.set(picture, scale120_)) (void)window_.set_arrow(scale120_);
}

}  // namespace pierglass::app
