// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "compat/dialect.hpp"
#include "compat/lgmp_lock.hpp"
#include "compat/shared_words.hpp"

namespace pierglass::compat {

// One message for us. Its payload lies inside the memory, behind the header; what it holds may
// change at any moment.
struct LgmpMessage {
  std::uint32_t slot;    // in the ring
  std::uint64_t flags;   // the application's
  std::uint64_t offset;  // of the payload, from the start of the memory, a multiple of 4
  std::uint32_t size;    // of the payload's allocation, bytes
};

// A subscription to one queue of a host. Everything that the host keeps in shared memory was copied
// and checked when subscribing; later only words whose every value is bearable are read. No call
// waits for a lock longer than LgmpPatience says, whether its holder lives or not. One thread. Does
// not unsubscribe by itself: memory may be gone by then.
//
// Which messages are ours is told by our bit in each message's `pending` word alone: set by the
// host when posting, cleared by us when done. Subscribing clears what an earlier owner of the place
// left.
class LgmpQueue {
 public:
  static constexpr std::uint32_t kMaxRingSlots = 1024;

  // What the host thinks of us.
  enum class Standing : std::uint8_t {
    Subscribed,
    TimedOut,  // a message was held for too long; subscribe again
    Gone,      // unsubscribed by somebody, or a new session; look at the header, subscribe again
  };

  // `memory` is aligned to a page and, like `layout`, outlives the subscription. Errors: NotReady
  // when the host has no such queue (yet); Busy when the lock is not to be had or all places are
  // taken; Corrupt when the queue's words are impossible.
  static Result<LgmpQueue> subscribe(std::span<std::byte> memory, const LgmpLayout& layout,
                                     std::uint32_t queue_id, std::uint32_t client_id,
                                     LgmpPatience patience = {});

  LgmpQueue(LgmpQueue&&) = default;
  LgmpQueue& operator=(LgmpQueue&&) = default;
  LgmpQueue(const LgmpQueue&) = delete;
  LgmpQueue& operator=(const LgmpQueue&) = delete;

  [[nodiscard]] Standing standing() const;

  // A few loads: made for polling. True also for another's messages when the place is no longer
  // ours, see standing().
  [[nodiscard]] bool has_message() const;

  // The messages for us, oldest first, as many as fit; how many. Those whose payload does not lie
  // in the memory have been given back already and are not among them. None unless Subscribed.
  [[nodiscard]] std::size_t messages(std::span<LgmpMessage> into);

  // Gives a message back: its payload is the host's again. The place in the ring is freed at once
  // where the lock can be had, else by the host within its heartbeat. Nothing unless the place is
  // still ours.
  void finish(std::uint32_t slot);
  // All of these at once, with one wait for the lock at most.
  void finish(std::span<const LgmpMessage> messages);
  // Gives all messages back.
  void finish_all();

  // False when the lock could not be had: the host will mark us timed out one day.
  bool unsubscribe();

  // Puts up to 64 bytes into the host's mailbox; its serial, see acted_upon(). Errors: Busy when
  // the mailbox is full or locked, Stale when not Subscribed, Corrupt when its words are
  // impossible.
  Result<std::uint32_t> send(std::span<const std::byte> data);
  // True once the host has acted upon the message of that serial.
  [[nodiscard]] bool acted_upon(std::uint32_t serial) const;

 private:
  struct Ring {
    std::uint64_t offset;
    std::uint32_t slots;
  };
  struct Subscribers {
    std::uint32_t on;
    std::uint32_t bad;
  };
  class GivingBack;

  LgmpQueue(SharedWords words, const LgmpLayout& layout, std::uint64_t queue, Ring ring,
            std::uint32_t session, std::uint32_t client_id, LgmpPatience patience);

  static Result<std::uint64_t> find(const SharedWords& words, const LgmpLayout& layout,
                                    std::uint32_t queue_id);
  static Result<Ring> checked_ring(const SharedWords& words, const LgmpLayout& layout,
                                   std::uint64_t queue);
  [[nodiscard]] Result<void> check_indices() const;
  [[nodiscard]] Result<void> take_place();
  [[nodiscard]] Subscribers reclaim(Subscribers from);
  void clear_pending();

  [[nodiscard]] Subscribers subscribers() const;
  bool replace_subscribers(Subscribers seen, Subscribers by);
  [[nodiscard]] std::uint32_t bit() const { return std::uint32_t{1} << place_; }
  [[nodiscard]] bool holds_place() const;
  void set_owner(std::uint32_t place, std::uint32_t client_id);

  [[nodiscard]] std::uint32_t capacity() const { return ring_.slots - layout_->queue.spare_slots; }
  [[nodiscard]] std::uint64_t message_at(std::uint32_t slot) const;
  [[nodiscard]] std::uint64_t pending_at(std::uint32_t slot) const;
  [[nodiscard]] bool is_ours(std::uint32_t slot) const;
  [[nodiscard]] LgmpMessage read_message(std::uint32_t slot) const;
  [[nodiscard]] bool lies_in_memory(const LgmpMessage& message) const;
  void retire_finished();
  Result<std::uint32_t> put_mail(std::span<const std::byte> data);

  SharedWords words_;
  const LgmpLayout* layout_;
  LgmpPatience patience_;
  std::uint64_t queue_;  // offset
  Ring ring_;
  std::uint32_t session_;
  std::uint32_t client_id_;
  std::uint32_t max_time_;
  std::uint32_t place_ = 0;
};

}  // namespace pierglass::compat
