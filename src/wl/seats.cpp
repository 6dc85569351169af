// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/seats.hpp"

#include <wayland-client.h>

#include <algorithm>

namespace pierglass::wl {

struct BoundSeatEvents {
  static constexpr wl_seat_listener kSeat{
      .capabilities = on<&BoundSeat::on_capabilities>,
      .name = ignored,
  };
};

BoundSeat::BoundSeat(wl_seat* proxy, std::uint32_t global_name,
                     std::move_only_function<void()>& changed)
    : proxy_(proxy), global_name_(global_name), changed_(changed) {
  wl_seat_add_listener(proxy, &BoundSeatEvents::kSeat, this);
}

void BoundSeat::on_capabilities(std::uint32_t capabilities) noexcept {
  has_keyboard_ = (capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0;
  has_pointer_ = (capabilities & WL_SEAT_CAPABILITY_POINTER) != 0;
  changed_();
}

void Seats::add(wl_seat* proxy, std::uint32_t global_name) {
  seats_.push_back(std::make_unique<BoundSeat>(proxy, global_name, changed_));
}

void Seats::remove(std::uint32_t global_name) {
  const auto found = std::ranges::find_if(
      seats_, [&](const auto& one) { return one->global_name() == global_name; });
  if (found == seats_.end()) return;
  const std::unique_ptr<BoundSeat> gone = std::move(*found);
  seats_.erase(found);
  changed_();
}

}  // namespace pierglass::wl
