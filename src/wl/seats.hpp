// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

// One bound wl_seat: a keyboard and a pointer that belong together, either of which may be missing
// at any time. Main thread.
class BoundSeat : Pinned {
 public:
  BoundSeat(wl_seat* proxy, std::uint32_t global_name, std::move_only_function<void()>& changed);

  [[nodiscard]] wl_seat* proxy() const { return proxy_.get(); }
  [[nodiscard]] std::uint32_t global_name() const { return global_name_; }
  [[nodiscard]] bool has_keyboard() const { return has_keyboard_; }
  [[nodiscard]] bool has_pointer() const { return has_pointer_; }
  [[nodiscard]] bool has_any() const { return has_keyboard_ || has_pointer_; }

 private:
  friend struct BoundSeatEvents;
  void on_capabilities(std::uint32_t capabilities) noexcept;

  Proxy<wl_seat> proxy_;
  std::uint32_t global_name_;
  std::move_only_function<void()>& changed_;
  bool has_keyboard_ = false;
  bool has_pointer_ = false;
};

// The seats there are at the moment, in the order in which they came. Main thread.
class Seats : Pinned {
 public:
  [[nodiscard]] const std::vector<std::unique_ptr<BoundSeat>>& all() const { return seats_; }

  // Called after a seat came, went, or changed what it has; while a removal is told, the seat is
  // already out of the list but its proxy still lives. One receiver.
  void on_change(std::move_only_function<void()> changed) { changed_ = std::move(changed); }

 private:
  friend class Registry;
  void add(wl_seat* proxy, std::uint32_t global_name);
  void remove(std::uint32_t global_name);

  std::vector<std::unique_ptr<BoundSeat>> seats_;
  std::move_only_function<void()> changed_ = [] {};
};

}  // namespace pierglass::wl
