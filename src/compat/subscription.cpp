// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/subscription.hpp"

#include <utility>

namespace pierglass::compat {

void Subscription::begin(std::span<std::byte> memory, const Dialect& dialect,
                         std::uint32_t queue_id, std::uint32_t client_id, LgmpPatience patience) {
  memory_ = memory;
  dialect_ = &dialect;
  queue_id_ = queue_id;
  client_id_ = client_id;
  patience_ = patience;
  queue_.reset();
  leaving_ = false;
  next_try_ = {};
}

void Subscription::end() {
  *this = {};
}

bool Subscription::keep(HostTime now) {
  if (dialect_ == nullptr || stands()) return false;
  keep_away(now);
  if (leaving_) return false;
  queue_.reset();
  if (now < next_try_) return false;
  auto queue = LgmpQueue::subscribe(memory_, dialect_->lgmp, queue_id_, client_id_, patience_);
  if (!queue) {
    if (queue.error().code == ErrorCode::Busy) next_try_ = now + kBusyPause;
    return false;
  }
  queue_.emplace(std::move(*queue));
  return true;
}

void Subscription::leave() {
  leaving_ = queue_ && !queue_->unsubscribe();
  if (leaving_) {
    queue_->finish_all();
  } else {
    queue_.reset();
  }
}

void Subscription::keep_away(HostTime now) {
  if (!leaving_ || now < next_try_) return;
  leave();
  if (leaving_) next_try_ = now + kBusyPause;
}

bool Subscription::stands() const {
  return queue_ && !leaving_ && queue_->standing() == LgmpQueue::Standing::Subscribed;
}

std::span<const std::byte> Subscription::payload(const LgmpMessage& message) const {
  return memory_.subspan(static_cast<std::size_t>(message.offset), message.size);
}

}  // namespace pierglass::compat
