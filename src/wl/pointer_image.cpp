// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer_image.hpp"

#include <cursor-shape-v1-client-protocol.h>
#include <viewporter-client-protocol.h>
#include <wayland-client.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "wl/arrow.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

namespace {

// An animated pointer has one read, one shown next, one to be written.
constexpr std::size_t kMaxIdleImages = 3;

std::uint32_t logical(std::uint32_t pixels, std::uint32_t scale120) {
  const std::uint64_t scaled = (std::uint64_t{pixels} * kScaleOne + scale120 / 2) / scale120;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(scaled, 1));
}

std::int32_t logical(std::int32_t pixels, std::uint32_t scale120) {
  return static_cast<std::int32_t>(std::int64_t{pixels} * kScaleOne / scale120);
}

}  // namespace

PointerImage::PointerImage(Registry& registry) : registry_(registry) {
  // Without memory for an arrow there is none.
  (void)set_arrow(kScaleOne);
}

Result<void> PointerImage::set_arrow(std::uint32_t scale120) {
  if (registry_.cursor_shape_manager() != nullptr) {
    current_ = nullptr;
    if (!std::exchange(desktops_, true)) apply();
    return {};
  }
  const Arrow arrow = draw_arrow(scale120);
  return set({.pixels = arrow.pixels, .size = arrow.size, .hot_spot = arrow.hot_spot}, scale120);
}

Result<void> PointerImage::set(const Picture& picture, std::uint32_t scale120) {
  if (scale120 == 0 || picture.pixels.size() != picture.size.area())
    return fail(ErrorCode::InvalidArgument, "pointer image");
  const Placing placing = place(picture, scale120);
  const bool same = shows(picture);
  if (same && placing == placing_) return {};
  if (!same) {
    ShmImage* image = TRY(free_image(picture.size));
    std::ranges::copy(picture.pixels, image->pixels().begin());
    current_ = image;
  }
  placing_ = placing;
  desktops_ = false;
  apply();
  return {};
}

void PointerImage::hide() {
  if (hidden()) return;
  current_ = nullptr;
  desktops_ = false;
  apply();
}

void PointerImage::on_enter(wl_pointer* pointer, std::uint32_t serial) {
  pointer_ = pointer;
  serial_ = serial;
  if (wp_cursor_shape_manager_v1* shapes = registry_.cursor_shape_manager(); shapes != nullptr)
    shape_.reset(wp_cursor_shape_manager_v1_get_pointer(shapes, pointer));
  apply();
}

void PointerImage::on_leave() {
  pointer_ = nullptr;
  shape_.reset();
}

PointerImage::Placing PointerImage::place(const Picture& picture, std::uint32_t scale120) const {
  const auto divides = [&](std::uint32_t scale) {
    return picture.size.width % scale == 0 && picture.size.height % scale == 0;
  };
  const std::uint32_t whole = scale120 / kScaleOne;
  const bool exact = scale120 % kScaleOne == 0 && divides(whole);
  if (registry_.viewporter() == nullptr && !exact) scale120 = kScaleOne;
  Placing placing{
      .hot_spot = {logical(picture.hot_spot.x, scale120), logical(picture.hot_spot.y, scale120)},
      .logical = {logical(picture.size.width, scale120), logical(picture.size.height, scale120)}};
  if (registry_.viewporter() == nullptr)
    placing.buffer_scale = static_cast<std::int32_t>(scale120 / kScaleOne);
  return placing;
}

bool PointerImage::shows(const Picture& picture) const {
  return current_ != nullptr && current_->size() == picture.size &&
         std::ranges::equal(current_->pixels(), picture.pixels);
}

// One that nobody reads and that is not the current one, new if need be.
Result<ShmImage*> PointerImage::free_image(Size size) {
  const auto fits = [&](const auto& one) { return one->size() == size; };
  const auto is_idle = [&](const auto& one) { return !one->busy() && one.get() != current_; };
  for (const auto& one : images_)
    if (is_idle(one) && fits(one)) return one.get();
  if (images_.size() >= kMaxIdleImages) std::erase_if(images_, is_idle);
  images_.push_back(TRY(ShmImage::create(registry_.shm(), size)));
  return images_.back().get();
}

void PointerImage::create_surface() {
  surface_.reset(wl_compositor_create_surface(registry_.compositor()));
  if (registry_.viewporter() != nullptr)
    viewport_.reset(wp_viewporter_get_viewport(registry_.viewporter(), surface_.get()));
}

// A surface is unmapped when it stops being the pointer's image, so it gets its buffer each time.
void PointerImage::apply() {
  if (pointer_ == nullptr) return;
  if (desktops_) {
    wp_cursor_shape_device_v1_set_shape(shape_.get(), serial_,
                                        WP_CURSOR_SHAPE_DEVICE_V1_SHAPE_DEFAULT);
    return;
  }
  if (current_ == nullptr) return wl_pointer_set_cursor(pointer_, serial_, nullptr, 0, 0);
  if (!surface_) create_surface();
  wl_pointer_set_cursor(pointer_, serial_, surface_.get(), placing_.hot_spot.x,
                        placing_.hot_spot.y);
  if (viewport_) {
    wp_viewport_set_destination(viewport_.get(), static_cast<std::int32_t>(placing_.logical.width),
                                static_cast<std::int32_t>(placing_.logical.height));
  } else {
    wl_surface_set_buffer_scale(surface_.get(), placing_.buffer_scale);
  }
  constexpr std::int32_t kAll = std::numeric_limits<std::int32_t>::max();
  current_->set_busy();
  wl_surface_attach(surface_.get(), current_->buffer(), 0, 0);
  wl_surface_damage_buffer(surface_.get(), 0, 0, kAll, kAll);
  wl_surface_commit(surface_.get());
}

}  // namespace pierglass::wl
