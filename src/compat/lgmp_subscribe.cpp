// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <bit>

#include "compat/lgmp_queue.hpp"

namespace pierglass::compat {

LgmpQueue::LgmpQueue(SharedWords words, const LgmpLayout& layout, std::uint64_t queue, Ring ring,
                     std::uint32_t session, std::uint32_t client_id, LgmpPatience patience)
    : words_(words),
      layout_(&layout),
      patience_(patience),
      queue_(queue),
      ring_(ring),
      session_(session),
      client_id_(client_id),
      max_time_(words.load32(queue + layout.queue.max_time)) {}

Result<LgmpQueue> LgmpQueue::subscribe(std::span<std::byte> memory, const LgmpLayout& layout,
                                       std::uint32_t queue_id, std::uint32_t client_id,
                                       LgmpPatience patience) {
  if (memory.size() < layout.header.bytes) {
    return fail(ErrorCode::Corrupt, "LGMP header", memory.size(), layout.header.bytes);
  }
  const SharedWords words(memory);
  // First: should a new session begin meanwhile, the place is not ours.
  const std::uint32_t session = words.load32(layout.header.session);
  const std::uint64_t queue = TRY(find(words, layout, queue_id));
  const Ring ring = TRY(checked_ring(words, layout, queue));
  LgmpQueue subscription(words, layout, queue, ring, session, client_id, patience);
  if (auto taken = subscription.take_place(); !taken) return std::unexpected(taken.error());
  return subscription;
}

Result<std::uint64_t> LgmpQueue::find(const SharedWords& words, const LgmpLayout& layout,
                                      std::uint32_t queue_id) {
  const std::uint32_t count = std::min(words.load32(layout.header.queue_count), layout.queue.limit);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t queue = layout.queue.first + std::uint64_t{i} * layout.queue.stride;
    if (words.load32(queue + layout.queue.id) == queue_id) return queue;
  }
  return fail(ErrorCode::NotReady, "LGMP queue", queue_id);
}

Result<LgmpQueue::Ring> LgmpQueue::checked_ring(const SharedWords& words, const LgmpLayout& layout,
                                                std::uint64_t queue) {
  const std::uint32_t slots = words.load32(queue + layout.queue.ring_slots);
  if (slots < 2 || slots > kMaxRingSlots ||
      (layout.queue.ring_slots_power_of_two && !std::has_single_bit(slots))) {
    return fail(ErrorCode::Corrupt, "LGMP ring slots", slots, kMaxRingSlots);
  }
  const std::uint32_t offset = words.load32(queue + layout.queue.ring);
  if (offset % layout.message.alignment != 0 || offset < layout.header.bytes ||
      !range_fits(offset, std::uint64_t{slots} * layout.message.bytes, words.bytes())) {
    return fail(ErrorCode::Corrupt, "LGMP ring offset", offset, words.bytes());
  }
  return Ring{.offset = offset, .slots = slots};
}

Result<void> LgmpQueue::check_indices() const {
  const std::uint32_t position = words_.load32(queue_ + layout_->queue.position);
  if (position >= ring_.slots) {
    return fail(ErrorCode::Corrupt, "LGMP ring position", position, ring_.slots);
  }
  const std::uint32_t start = words_.load32(queue_ + layout_->queue.start);
  if (start >= ring_.slots) {
    return fail(ErrorCode::Corrupt, "LGMP ring start", start, ring_.slots);
  }
  const std::uint32_t count = words_.load32(queue_ + layout_->queue.count);
  if (count > capacity()) return fail(ErrorCode::Corrupt, "LGMP ring count", count, capacity());
  return {};
}

Result<void> LgmpQueue::take_place() {
  LgmpLock lock(words_, queue_ + layout_->queue.lock);
  if (!lock.acquire(patience_.subscribe)) return fail(ErrorCode::Busy, "LGMP queue lock");
  if (auto checked = check_indices(); !checked) return checked;

  const Subscribers seen = subscribers();
  Subscribers now = reclaim(seen);
  place_ = static_cast<std::uint32_t>(std::countr_one(now.on | now.bad));
  if (place_ >= layout_->queue.subscriber_limit) {
    return fail(ErrorCode::Busy, "LGMP subscriber places", place_);
  }
  clear_pending();
  set_owner(place_, client_id_);
  now.on |= bit();
  if (!replace_subscribers(seen, now)) return fail(ErrorCode::Busy, "LGMP subscribers");
  words_.add32(queue_ + layout_->queue.new_subscribers, 1);
  return {};
}

// Frees the places of readers that the host gave up and that did not come back in time.
LgmpQueue::Subscribers LgmpQueue::reclaim(Subscribers from) {
  const std::uint64_t host_time = words_.load64(layout_->header.timestamp);
  for (std::uint32_t place = 0; place < layout_->queue.subscriber_limit; ++place) {
    const std::uint32_t mask = std::uint32_t{1} << place;
    const std::uint64_t timeout = queue_ + layout_->queue.timeouts + std::uint64_t{8} * place;
    if ((from.bad & mask) == 0 || host_time <= words_.load64(timeout)) continue;
    from.on &= ~mask;
    from.bad &= ~mask;
    set_owner(place, 0);
  }
  return from;
}

bool LgmpQueue::unsubscribe() {
  if (standing() == Standing::Gone) return true;
  LgmpLock lock(words_, queue_ + layout_->queue.lock);
  if (!lock.acquire(patience_.subscribe)) return false;
  // A place that the host marked is not free before its time.
  if (standing() != Standing::Subscribed) return true;

  const Subscribers seen = subscribers();
  clear_pending();
  set_owner(place_, 0);
  if (replace_subscribers(seen, {.on = seen.on & ~bit(), .bad = seen.bad & ~bit()})) {
    retire_finished();
  }
  return true;
}

void LgmpQueue::clear_pending() {
  for (std::uint32_t slot = 0; slot < ring_.slots; ++slot) words_.and32(pending_at(slot), ~bit());
}

void LgmpQueue::set_owner(std::uint32_t place, std::uint32_t client_id) {
  words_.store64(queue_ + layout_->queue.timeouts + std::uint64_t{8} * place, 0);
  words_.store32(queue_ + layout_->queue.client_ids + std::uint64_t{4} * place, client_id);
}

}  // namespace pierglass::compat
