// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/checked.hpp"
#include "compat/lgmp_queue.hpp"

namespace pierglass::compat {

Result<std::uint32_t> LgmpQueue::send(std::span<const std::byte> data) {
  CHECK(data.size() <= kMailboxDataBytes);
  if (standing() != Standing::Subscribed) return fail(ErrorCode::Stale, "LGMP subscription");
  const LgmpMailboxLayout& at = layout_->mailbox;
  if (words_.load32(queue_ + at.free) == 0) return fail(ErrorCode::Busy, "LGMP mailbox");

  LgmpLock queue_lock(words_, queue_ + layout_->queue.lock);
  if (at.under_queue_lock && !queue_lock.acquire(patience_.message)) {
    return fail(ErrorCode::Busy, "LGMP queue lock");
  }
  LgmpLock mailbox_lock(words_, queue_ + at.lock);
  if (!mailbox_lock.acquire(patience_.message)) return fail(ErrorCode::Busy, "LGMP mailbox lock");
  return put_mail(data);
}

// Under the lock or locks.
Result<std::uint32_t> LgmpQueue::put_mail(std::span<const std::byte> data) {
  const LgmpMailboxLayout& at = layout_->mailbox;
  const std::uint32_t free = words_.load32(queue_ + at.free);
  if (free == 0) return fail(ErrorCode::Busy, "LGMP mailbox");
  if (free > at.places) return fail(ErrorCode::Corrupt, "LGMP mailbox free", free, at.places);
  const std::uint32_t position = words_.load32(queue_ + at.write_position);
  if (position >= at.places) {
    return fail(ErrorCode::Corrupt, "LGMP mailbox position", position, at.places);
  }

  const std::uint64_t place = queue_ + at.first + std::uint64_t{position} * at.stride;
  words_.store32(place + at.size, static_cast<std::uint32_t>(data.size()));
  if (at.client_id != 0) words_.store32(place + at.client_id, client_id_);
  if (!data.empty()) write_shared(words_.at(place + at.data), data.data(), data.size());

  words_.store32(queue_ + at.write_position, (position + 1) % at.places);
  words_.add32(queue_ + at.free, ~std::uint32_t{0});
  return words_.add32(queue_ + at.write_serial, 1) + 1;
}

bool LgmpQueue::acted_upon(std::uint32_t serial) const {
  const std::uint32_t acted = words_.load32(queue_ + layout_->mailbox.read_serial);
  return static_cast<std::int32_t>(acted - serial) >= 0;
}

}  // namespace pierglass::compat
