// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

// What the compositor tells about one screen, whole after its `done` event.
struct OutputInfo {
  std::string name;         // such as "DP-1"; before wl_output 4 its number, counted from 1
  std::string description;  // for people; may be empty
  Size mode;                // physical pixels, before `transform`
  std::uint32_t refresh_mhz = 0;
  std::int32_t scale = 1;
  Transform transform = Transform::Normal;

  // Physical pixels as the user sees them.
  [[nodiscard]] Size turned_mode() const { return turned(mode, transform); }
};

// The scale, in 120ths, of the screen that a window of `logical` size fills. Without
// wp_fractional_scale_v1 the compositor tells only the next whole scale, and the window the
// screen's pixels divided by the scale itself. 0 where no scale fits both, or it is whole.
std::uint32_t fractional_scale_of(const OutputInfo& output, Size logical);

// One bound wl_output. Main thread.
class Output : Pinned {
 public:
  Output(wl_output* proxy, std::uint32_t global_name, std::uint32_t number,
         std::move_only_function<void()>& changed);

  [[nodiscard]] wl_output* proxy() const { return proxy_.get(); }
  [[nodiscard]] std::uint32_t global_name() const { return global_name_; }
  [[nodiscard]] const OutputInfo& info() const { return current_; }

 private:
  friend struct OutputEvents;
  void on_geometry(std::int32_t x, std::int32_t y, std::int32_t width_mm, std::int32_t height_mm,
                   std::int32_t subpixel, const char* make, const char* model,
                   std::int32_t transform) noexcept;
  void on_mode(std::uint32_t flags, std::int32_t width, std::int32_t height,
               std::int32_t refresh) noexcept;
  void on_scale(std::int32_t scale) noexcept;
  void on_name(const char* name) noexcept;
  void on_description(const char* description) noexcept;
  void on_done() noexcept;

  Proxy<wl_output> proxy_;
  std::uint32_t global_name_;
  std::move_only_function<void()>& changed_;
  OutputInfo pending_;
  OutputInfo current_;
};

// The screens there are at the moment. Main thread.
class Outputs : Pinned {
 public:
  // Null when no screen has that name.
  [[nodiscard]] const Output* find(std::string_view name) const;
  [[nodiscard]] const Output* find(wl_output* proxy) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Output>>& all() const { return outputs_; }

  // The names, separated by ", ", for an error message.
  [[nodiscard]] std::string names() const;

  // Called after a screen changed, came or went; while a removal is told, the screen is already out
  // of the list but its proxy still lives. One receiver.
  void on_change(std::move_only_function<void()> changed) { changed_ = std::move(changed); }

 private:
  friend class Registry;
  void add(wl_output* proxy, std::uint32_t global_name);
  void remove(std::uint32_t global_name);

  std::vector<std::unique_ptr<Output>> outputs_;
  std::uint32_t added_ = 0;
  std::move_only_function<void()> changed_ = [] {};
};

}  // namespace pierglass::wl
