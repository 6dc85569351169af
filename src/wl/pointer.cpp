// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer.hpp"

#include <linux/input-event-codes.h>
#include <relative-pointer-unstable-v1-client-protocol.h>
#include <wayland-client.h>

#include <optional>

#include "input/seat_events.hpp"
#include "wl/pointer_image.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct PointerEvents {
  static constexpr wl_pointer_listener kPointer{
      .enter = on<&Pointer::on_enter>,
      .leave = on<&Pointer::on_leave>,
      .motion = on<&Pointer::on_motion>,
      .button = on<&Pointer::on_button>,
      .axis = on<&Pointer::on_axis>,
      .frame = on<&Pointer::on_frame>,
      .axis_source = on<&Pointer::on_axis_source>,
      .axis_stop = ignored,
      .axis_discrete = on<&Pointer::on_axis_discrete>,
      .axis_value120 = on<&Pointer::on_axis_value120>,
  };
  static constexpr zwp_relative_pointer_v1_listener kRelative{.relative_motion =
                                                                  on<&Pointer::on_relative_motion>};
};

namespace {

input::PointF point(wl_fixed_t x, wl_fixed_t y) {
  return {.x = wl_fixed_to_double(x), .y = wl_fixed_to_double(y)};
}

// The thumb buttons have two names each; which one a mouse uses is its maker's choice.
std::optional<input::Button> button_of(std::uint32_t code) {
  switch (code) {
    case BTN_LEFT:
      return input::Button::Left;
    case BTN_MIDDLE:
      return input::Button::Middle;
    case BTN_RIGHT:
      return input::Button::Right;
    case BTN_SIDE:
    case BTN_BACK:
      return input::Button::Side;
    case BTN_EXTRA:
    case BTN_FORWARD:
      return input::Button::Extra;
    default:
      return std::nullopt;
  }
}

}  // namespace

Pointer::Pointer(wl_seat* seat, Registry& registry, Window& window, PointerImage& image,
                 input::SeatEvents& events)
    : registry_(registry),
      window_(window),
      image_(image),
      events_(events),
      proxy_(wl_seat_get_pointer(seat)) {
  wl_pointer_add_listener(proxy_.get(), &PointerEvents::kPointer, this);
}

void Pointer::unplug() {
  if (entered_) on_leave(0, window_.surface());
}

void Pointer::tell_relative_motion(bool wanted) {
  zwp_relative_pointer_manager_v1* manager = registry_.relative_pointer_manager();
  if (wanted == static_cast<bool>(relative_) || manager == nullptr) return;
  if (!wanted) return relative_.reset();
  relative_.reset(zwp_relative_pointer_manager_v1_get_relative_pointer(manager, proxy_.get()));
  zwp_relative_pointer_v1_add_listener(relative_.get(), &PointerEvents::kRelative, this);
}

void Pointer::on_enter(std::uint32_t serial, wl_surface* surface, wl_fixed_t x,
                       wl_fixed_t y) noexcept {
  if (surface != window_.surface()) return;
  entered_ = true;
  image_.on_enter(proxy_.get(), serial);
  events_.on_pointer_enter(point(x, y));
  enter_();
}

void Pointer::on_leave(std::uint32_t, wl_surface* surface) noexcept {
  if (!entered_ || surface != window_.surface()) return;
  entered_ = false;
  wheel_.reset();
  image_.on_leave();
  events_.on_pointer_leave();
}

void Pointer::on_motion(std::uint32_t, wl_fixed_t x, wl_fixed_t y) noexcept {
  if (entered_) events_.on_pointer_motion(point(x, y));
}

void Pointer::on_button(std::uint32_t, std::uint32_t, std::uint32_t button,
                        std::uint32_t state) noexcept {
  const std::optional<input::Button> known = button_of(button);
  if (entered_ && known) events_.on_button(*known, state == WL_POINTER_BUTTON_STATE_PRESSED);
}

void Pointer::on_axis(std::uint32_t, std::uint32_t axis, wl_fixed_t value) noexcept {
  wheel_.on_axis(axis, wl_fixed_to_double(value));
  if (wl_pointer_get_version(proxy_.get()) < WL_POINTER_FRAME_SINCE_VERSION) on_frame();
}

void Pointer::on_axis_discrete(std::uint32_t axis, std::int32_t notches) noexcept {
  wheel_.on_discrete(axis, notches);
}

void Pointer::on_axis_value120(std::uint32_t axis, std::int32_t value120) noexcept {
  wheel_.on_value120(axis, value120);
}

void Pointer::on_frame() noexcept {
  for (const input::Axis axis : {input::Axis::Vertical, input::Axis::Horizontal}) {
    const std::optional<input::Scroll> scroll = wheel_.take(axis);
    if (entered_ && scroll) events_.on_scroll(*scroll);
  }
  wheel_.reset();
}

void Pointer::on_relative_motion(std::uint32_t, std::uint32_t, wl_fixed_t dx, wl_fixed_t dy,
                                 wl_fixed_t dx_raw, wl_fixed_t dy_raw) noexcept {
  if (!entered_) return;
  events_.on_relative_motion({.accelerated = point(dx, dy), .raw = point(dx_raw, dy_raw)});
}

}  // namespace pierglass::wl
