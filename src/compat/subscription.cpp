// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/subscription.hpp"

#include <utility>

namespace pierglass::compat {

void Subscription::begin(std::span<std::byte> memory, const Dialect& dialect,
                         std::uint32_t queue_id, std::uint32_t client_id) {
  memory_ = memory;
  dialect_ = &dialect;
  queue_id_ = queue_id;
  client_id_ = client_id;
  queue_.reset();
  next_try_ = {};
}

void Subscription::end() {
  *this = {};
}

bool Subscription::keep(HostTime now) {
  if (dialect_ == nullptr || stands()) return false;
  queue_.reset();
  if (now < next_try_) return false;
  auto queue = LgmpQueue::subscribe(memory_, dialect_->lgmp, queue_id_, client_id_);
  if (!queue) {
    if (queue.error().code == ErrorCode::Busy) next_try_ = now + kBusyPause;
    return false;
  }
  queue_.emplace(std::move(*queue));
  return true;
}

void Subscription::leave() {
  if (queue_) queue_->unsubscribe();
  queue_.reset();
}

bool Subscription::stands() const {
  return queue_ && queue_->standing() == LgmpQueue::Standing::Subscribed;
}

std::span<const std::byte> Subscription::payload(const LgmpMessage& message) const {
  return memory_.subspan(static_cast<std::size_t>(message.offset), message.size);
}

}  // namespace pierglass::compat
