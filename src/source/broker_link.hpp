// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "ivshmem/connection.hpp"
#include "ring/doorbell.hpp"

namespace pierglass::source {

// One client's connection to a broker, whatever happens to the broker; shared by all readers of its
// memory, so that they are one peer. What a broker gave stays in use when it is gone: another one
// is looked for, and its memory is taken once nobody's guest lives in the old one. One thread;
// nothing blocks.
class BrokerLink {
 public:
  // How often a broker is looked for while there is none.
  static constexpr Nanoseconds kRetry = std::chrono::milliseconds(250);
  // One whose words are of no use is left alone: another try costs it a number for a peer, and it
  // does not mend by itself.
  static constexpr Nanoseconds kLongRetry = std::chrono::seconds(10);
  // A broker that has said so little as not to name its memory for so long is left.
  static constexpr Nanoseconds kPatience = std::chrono::seconds(2);

  // The sentence for trouble with a broker at one of these sockets. Codes as those of
  // ivshmem::Connection and shm::map_fd; also NotReady for one that ended, Busy for one that does
  // not speak, Lost for one that closes the connection instead of greeting.
  using Words = std::string (*)(const Error& error, std::span<const std::string> places);

  // `places`: where its socket may be, the best first; at least one. One that answers and does not
  // let us in gives way to the next. Nothing is connected before the first tick().
  static Result<std::shared_ptr<BrokerLink>> create(std::vector<std::string> places,
                                                    Words in_words);

  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;
  ~BrokerLink();

  // Takes what the brokers said, looks for one when there is none. Several calls with one `now` are
  // as one.
  void tick(HostTime now);

  // ---- memory ----

  // 0: there is none yet. Grows when memory() is other memory than before.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] int memory() const { return current_ ? current_->memory() : -1; }  // borrowed

  // Another broker's other memory, which is not taken while somebody's guest lives in memory(); -1:
  // there is none. Borrowed until the next tick().
  [[nodiscard]] int next_memory() const;

  // Readers say when a guest of theirs begins (+1) and ceases (-1) to live in the memory: other
  // memory is not taken meanwhile.
  void count_living(int change) { living_ += change; }

  // Why no broker is connected; nothing: one is, or none was looked for yet.
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }
  // At the last look nobody could be connected to at any of the places.
  [[nodiscard]] bool nobody_there() const { return nobody_; }
  // A broker that may come by itself is all that is missing.
  [[nodiscard]] bool waiting() const;
  // For an error that has to do with the broker or its memory.
  [[nodiscard]] std::string words(const Error& error) const { return words_(error, places_); }

  // ---- doorbells ----

  // Readable when somebody rang, or tick() has something to do. The same for as long as this lives.
  [[nodiscard]] int doorbell() const { return epoll_.get(); }

  // Whether we were rung since the last call.
  bool take_ring();
  // Whether there was something else, for tick() to do, when that was asked last.
  [[nodiscard]] bool needs_tick() const { return news_; }

  // Grows when own(), knows() and ring() are of another connection than before.
  [[nodiscard]] std::uint64_t connection_serial() const { return connections_; }

  // Where we are rung. Not reachable: nowhere. Another one perhaps after each tick(), follow().
  [[nodiscard]] ring::DoorbellAddress own() const;
  [[nodiscard]] bool knows(ring::DoorbellAddress peer) const;
  void ring(ring::DoorbellAddress peer) const;

  // A guest lives in the memory and says that this is its address. When a new broker has the same
  // memory and the old one did not know the guest, own() is with the new one from now on. That the
  // new one knows its number says nothing: brokers count from 0, and a machine that outlives its
  // broker keeps the number it had there.
  void follow(ring::DoorbellAddress guest);

 private:
  using Connection = ivshmem::Connection;
  // A broker that was of no use, and until when it is left alone.
  struct Avoided {
    HostTime until;
    std::optional<Error> why;
  };
  BrokerLink(std::vector<std::string> places, Words in_words, Fd epoll, Fd timer);

  void collect();
  void pump(Connection& connection, std::size_t place);
  void settle(HostTime now);
  void look_for_broker(HostTime now);
  Result<void> call(std::size_t place, HostTime now);
  void adopt();
  void drop_next();
  [[nodiscard]] bool connected() const;
  [[nodiscard]] bool same_memory() const;
  bool watch(int fd) const;
  void set_timer(bool on);

  std::vector<std::string> places_;
  std::vector<Avoided> avoided_;  // one for each place
  Words words_;
  Fd epoll_;
  // Makes doorbell() readable when it is time to look for a broker again, or at the next one.
  Fd timer_;
  bool timer_on_ = false;

  std::unique_ptr<Connection> current_;  // whose memory is in use; null: none yet
  std::unique_ptr<Connection> next_;     // of another broker, or one that has not greeted yet
  std::size_t current_place_ = 0;
  std::size_t next_place_ = 0;
  std::size_t first_place_ = 0;  // the one to begin with
  std::uint64_t generation_ = 0;
  std::uint64_t connections_ = 0;  // that were current_
  int living_ = 0;
  std::optional<Error> trouble_;
  std::optional<HostTime> ticked_;
  HostTime next_try_;
  HostTime patience_ends_;  // with next_
  bool nobody_ = false;
  bool rung_ = false;
  bool news_ = false;
};

}  // namespace pierglass::source
