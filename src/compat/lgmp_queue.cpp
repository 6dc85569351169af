// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/lgmp_queue.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "compat/lgmp_scan.hpp"

namespace pierglass::compat {

// Clears our bit in messages, then frees the ring's places that nobody needs any more. Where the
// version asks for it the lock is held all the while; when it cannot be had the bits are cleared
// all the same, and the host does the rest.
class LgmpQueue::GivingBack {
 public:
  explicit GivingBack(LgmpQueue& queue)
      : queue_(queue), lock_(queue.words_, queue.queue_ + queue.layout_->queue.lock) {
    if (queue.layout_->finish_under_lock && queue.holds_place()) {
      static_cast<void>(lock_.acquire(queue.patience_.message));
    }
  }

  ~GivingBack() {
    if (!unneeded_) return;
    const bool later = !queue_.layout_->finish_under_lock;
    if (lock_.held() || (later && lock_.acquire(queue_.patience_.message))) {
      queue_.retire_finished();
    }
  }

  GivingBack(const GivingBack&) = delete;
  GivingBack& operator=(const GivingBack&) = delete;

  void clear(std::uint32_t slot) {
    if (!queue_.holds_place()) return;
    const std::uint32_t before = queue_.words_.and32(queue_.pending_at(slot), ~queue_.bit());
    const Subscribers all = queue_.subscribers();
    if ((before & ~queue_.bit() & all.on & ~all.bad) == 0) unneeded_ = true;
  }

 private:
  LgmpQueue& queue_;
  LgmpLock lock_;
  bool unneeded_ = false;  // a message that nobody waits for any more
};

LgmpQueue::Standing LgmpQueue::standing() const {
  if (!holds_place()) return Standing::Gone;
  return (subscribers().bad & bit()) != 0 ? Standing::TimedOut : Standing::Subscribed;
}

// Somebody else's id stands there once our place was taken for dead and given away. Sessions that
// number their readers give the same ids again.
bool LgmpQueue::holds_place() const {
  const LgmpHeaderLayout& header = layout_->header;
  if (header.foreign_timestamp != 0 &&
      words_.load64(header.timestamp) == header.foreign_timestamp) {
    return false;
  }
  return words_.load32(header.session) == session_ && (subscribers().on & bit()) != 0 &&
         words_.load32(queue_ + layout_->queue.client_ids + std::uint64_t{4} * place_) ==
             client_id_;
}

bool LgmpQueue::has_message() const {
  if (words_.load32(queue_ + layout_->queue.count) == 0) return false;
  for (std::uint32_t slot = 0; slot < ring_.slots; ++slot) {
    if (is_ours(slot)) return true;
  }
  return false;
}

// An impossible `start` costs the order of the messages, nothing else.
std::size_t LgmpQueue::messages(std::span<LgmpMessage> into) {
  if (!has_message() || standing() != Standing::Subscribed) return 0;
  std::array<std::uint32_t, kMaxRingSlots> slots;  // as many as are found
  const std::size_t ours = ours_in_order(
      ring_.slots, [this] { return words_.load32(queue_ + layout_->queue.start) % ring_.slots; },
      [this](std::uint32_t slot) { return is_ours(slot); },
      std::span(slots).first(std::min<std::size_t>(into.size(), slots.size())));
  std::optional<GivingBack> unusable;
  std::size_t found = 0;
  for (const std::uint32_t slot : std::span(slots).first(ours)) {
    const LgmpMessage message = read_message(slot);
    if (lies_in_memory(message)) {
      into[found++] = message;
    } else {
      if (!unusable) unusable.emplace(*this);
      unusable->clear(slot);
    }
  }
  return found;
}

void LgmpQueue::finish(std::uint32_t slot) {
  CHECK(slot < ring_.slots);
  GivingBack(*this).clear(slot);
}

void LgmpQueue::finish(std::span<const LgmpMessage> messages) {
  if (messages.empty()) return;
  GivingBack all(*this);
  for (const LgmpMessage& message : messages) {
    CHECK(message.slot < ring_.slots);
    all.clear(message.slot);
  }
}

void LgmpQueue::finish_all() {
  GivingBack all(*this);
  for (std::uint32_t slot = 0; slot < ring_.slots; ++slot) {
    if (is_ours(slot)) all.clear(slot);
  }
}

// Under the lock. Exchanges rather than stores: a host that begins anew meanwhile resets the lock
// and these words, and must not find ours in their place.
void LgmpQueue::retire_finished() {
  const LgmpQueueLayout& at = layout_->queue;
  const std::uint32_t start = words_.load32(queue_ + at.start);
  const std::uint32_t count = words_.load32(queue_ + at.count);
  if (start >= ring_.slots || count > capacity()) return;
  const Subscribers all = subscribers();
  const auto needed = [&](std::uint32_t slot) {
    return (words_.load32(pending_at(slot % ring_.slots)) & all.on & ~all.bad) != 0;
  };
  std::uint32_t retired = 0;
  while (retired < count && !needed(start + retired)) ++retired;
  if (retired == 0 || !words_.compare_exchange32(queue_ + at.count, count, count - retired)) return;
  words_.compare_exchange32(queue_ + at.start, start, (start + retired) % ring_.slots);

  const std::uint64_t deadline = words_.load64(layout_->header.timestamp) + max_time_;
  const std::uint64_t before = words_.load64(queue_ + at.message_timeout);
  if (deadline > before) {
    words_.compare_exchange64(queue_ + at.message_timeout, before, deadline);
  }
}

LgmpQueue::Subscribers LgmpQueue::subscribers() const {
  const std::uint64_t word = queue_ + layout_->queue.subscribers;
  if (layout_->queue.subscriber_bits == 32) {
    const std::uint64_t both = words_.load64(word);
    return {.on = static_cast<std::uint32_t>(both >> 32), .bad = static_cast<std::uint32_t>(both)};
  }
  const std::uint32_t both = words_.load32(word);
  return {.on = both >> 16, .bad = both & 0xffff};
}

bool LgmpQueue::replace_subscribers(Subscribers seen, Subscribers by) {
  const std::uint64_t word = queue_ + layout_->queue.subscribers;
  if (layout_->queue.subscriber_bits == 32) {
    const auto both = [](Subscribers s) { return std::uint64_t{s.on} << 32 | s.bad; };
    return words_.compare_exchange64(word, both(seen), both(by));
  }
  const auto both = [](Subscribers s) { return s.on << 16 | s.bad; };
  return words_.compare_exchange32(word, both(seen), both(by));
}

std::uint64_t LgmpQueue::message_at(std::uint32_t slot) const {
  return ring_.offset + std::uint64_t{slot} * layout_->message.bytes;
}

std::uint64_t LgmpQueue::pending_at(std::uint32_t slot) const {
  return message_at(slot) + layout_->message.pending;
}

bool LgmpQueue::is_ours(std::uint32_t slot) const {
  return (words_.load32(pending_at(slot)) & bit()) != 0;
}

// After is_ours(): the host writes `pending` last.
LgmpMessage LgmpQueue::read_message(std::uint32_t slot) const {
  const LgmpMessageLayout& at = layout_->message;
  const std::uint64_t message = message_at(slot);
  return {.slot = slot,
          .flags = at.flags_bytes == 8 ? words_.load64(message + at.flags)
                                       : words_.load32(message + at.flags),
          .offset = words_.load32(message + at.offset),
          .size = words_.load32(message + at.size)};
}

// Every allocation of an honest host is aligned to 4 bytes at least.
bool LgmpQueue::lies_in_memory(const LgmpMessage& message) const {
  return message.offset % 4 == 0 && message.offset >= layout_->header.bytes &&
         range_fits(message.offset, message.size, words_.bytes());
}

}  // namespace pierglass::compat
