// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "compat/dialect.hpp"
#include "compat/lgmp_queue.hpp"

namespace pierglass::compat {

// One queue of one session of a host: subscribed to as soon as it exists, and anew whenever the
// host dropped us. One thread.
class Subscription {
 public:
  // Pause after a lock that was not to be had: its holder may be dead, and trying costs time.
  static constexpr Nanoseconds kBusyPause = std::chrono::milliseconds(250);

  // `memory` stays mapped until end().
  void begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t queue_id,
             std::uint32_t client_id, LgmpPatience patience);
  // Touches the memory no more.
  void end();

  // Subscribes when not subscribed. True when that happened now: the host will repeat its newest
  // message.
  bool keep(HostTime now);
  // Tells the host that nobody looks. Should the lock not be had, keep() and keep_away() try
  // again; what it posted is given back all the same. keep() subscribes again.
  void leave();
  // For as long as nobody looks, after leave().
  void keep_away(HostTime now);

  // Null while not subscribed. The host may have dropped us since keep().
  [[nodiscard]] LgmpQueue* queue() { return queue_ && !leaving_ ? &*queue_ : nullptr; }
  [[nodiscard]] const LgmpQueue* queue() const { return queue_ && !leaving_ ? &*queue_ : nullptr; }
  [[nodiscard]] bool stands() const;

  [[nodiscard]] std::span<std::byte> memory() const { return memory_; }
  // Between begin() and end() only.
  [[nodiscard]] const Dialect& dialect() const { return *dialect_; }
  // The part of the memory that a message of this queue names.
  [[nodiscard]] std::span<const std::byte> payload(const LgmpMessage& message) const;

 private:
  std::span<std::byte> memory_;
  const Dialect* dialect_ = nullptr;
  std::uint32_t queue_id_ = 0;
  std::uint32_t client_id_ = 0;
  LgmpPatience patience_;
  std::optional<LgmpQueue> queue_;
  bool leaving_ = false;  // `queue_` is to be unsubscribed
  HostTime next_try_;
};

}  // namespace pierglass::compat
