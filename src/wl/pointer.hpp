// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "wl/listener.hpp"
#include "wl/proxy.hpp"
#include "wl/wheel.hpp"

namespace pierglass::input {
class SeatEvents;
}

namespace pierglass::wl {

class PointerImage;
class Registry;
class Window;

// One wl_pointer, while it is over the window. Motion and buttons are told as they arrive; the
// wheel when its frame is complete (before wl_seat 5 there are no frames). Main thread.
class Pointer : Pinned {
 public:
  Pointer(wl_seat* seat, Registry& registry, Window& window, PointerImage& image,
          input::SeatEvents& events);

  // The device is gone: leaves.
  void unplug();

  // Whether relative motion is told. Nothing without the compositor's support.
  void tell_relative_motion(bool wanted);

  [[nodiscard]] wl_pointer* proxy() const { return proxy_.get(); }
  [[nodiscard]] bool over_window() const { return entered_; }
  // Called after each enter of the window was told.
  void when_entered(std::move_only_function<void()> call) { enter_ = std::move(call); }

 private:
  friend struct PointerEvents;
  void on_enter(std::uint32_t serial, wl_surface* surface, std::int32_t x, std::int32_t y) noexcept;
  void on_leave(std::uint32_t serial, wl_surface* surface) noexcept;
  void on_motion(std::uint32_t time, std::int32_t x, std::int32_t y) noexcept;
  void on_button(std::uint32_t serial, std::uint32_t time, std::uint32_t button,
                 std::uint32_t state) noexcept;
  void on_axis(std::uint32_t time, std::uint32_t axis, std::int32_t value) noexcept;
  void on_frame() noexcept;
  void on_axis_source(std::uint32_t source) noexcept { wheel_.on_source(source); }
  void on_axis_discrete(std::uint32_t axis, std::int32_t notches) noexcept;
  void on_axis_value120(std::uint32_t axis, std::int32_t value120) noexcept;
  void on_relative_motion(std::uint32_t time_high, std::uint32_t time_low, std::int32_t dx,
                          std::int32_t dy, std::int32_t dx_raw, std::int32_t dy_raw) noexcept;

  Registry& registry_;
  Window& window_;
  PointerImage& image_;
  input::SeatEvents& events_;
  Proxy<wl_pointer> proxy_;
  Proxy<zwp_relative_pointer_v1> relative_;
  Wheel wheel_;
  std::move_only_function<void()> enter_ = [] {};
  bool entered_ = false;
};

}  // namespace pierglass::wl
