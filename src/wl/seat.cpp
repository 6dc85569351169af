// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/seat.hpp"

#include <algorithm>

#include "input/seat_events.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

Seat::Seat(Registry& registry, Window& window, input::SeatEvents& events)
    : registry_(registry),
      window_(window),
      events_(events),
      image_(registry),
      inhibitor_(registry, window, events),
      lock_(registry, window, events) {
  registry_.seats().on_change([this] { update(); });
  update();
}

Seat::~Seat() {
  registry_.seats().on_change([] {});
}

void Seat::update() {
  choose();
  update_keyboard();
  update_pointer();
  inhibitor_.use(seat_ == nullptr ? nullptr : seat_->proxy());
}

void Seat::choose() {
  const auto& all = registry_.seats().all();
  const auto in_use = [this](const auto& one) { return one.get() == seat_ && one->has_any(); };
  if (std::ranges::any_of(all, in_use)) return;
  const auto found = std::ranges::find_if(all, [](const auto& one) { return one->has_any(); });
  drop_devices();
  seat_ = found == all.end() ? nullptr : found->get();
}

void Seat::drop_devices() {
  inhibitor_.use(nullptr);
  if (pointer_) {
    lock_.use(nullptr);
    pointer_->unplug();
    pointer_.reset();
  }
  if (keyboard_) {
    keyboard_->unplug();
    keyboard_.reset();
  }
}

void Seat::update_keyboard() {
  const bool wanted = seat_ != nullptr && seat_->has_keyboard();
  if (wanted == keyboard_.has_value()) return;
  if (wanted) {
    keyboard_.emplace(seat_->proxy(), window_, events_);
  } else {
    keyboard_->unplug();
    keyboard_.reset();
  }
}

void Seat::update_pointer() {
  const bool wanted = seat_ != nullptr && seat_->has_pointer();
  if (wanted == pointer_.has_value()) return;
  if (wanted) {
    pointer_.emplace(seat_->proxy(), registry_, window_, image_, events_);
    lock_.use(&*pointer_);
  } else {
    lock_.use(nullptr);
    pointer_->unplug();
    pointer_.reset();
  }
}

}  // namespace pierglass::wl
