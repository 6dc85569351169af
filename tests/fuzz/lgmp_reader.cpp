// SPDX-License-Identifier: GPL-2.0-or-later
// A script of operations on one memory: a host of LGMP, three readers of its two queues, and a
// hostile hand that rewrites any word in between. Nothing may reach outside the memory, no
// unchecked offset may come out, and as long as the hostile hand rests every promise must be kept.
// Input: the version, then operations {code u8, arguments}, see Script::step(); at most kMaxSteps.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "compat/lgmp_header.hpp"
#include "compat/lgmp_queue.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using compat::LgmpLayout;
using compat::LgmpMessage;
using compat::LgmpQueue;
using compat::SharedWords;
using Standing = LgmpQueue::Standing;

constexpr std::size_t kMemoryBytes = 12 * 1024;
constexpr std::uint32_t kPayloadBytes = 256;
constexpr std::uint32_t kPayloadAt = kMemoryBytes - kPayloadBytes;
constexpr std::uint32_t kQueues = 2;
constexpr std::size_t kReaders = 3;
constexpr std::uint64_t kMaxTimeMs = 100;
constexpr int kMaxSteps = 60;
constexpr compat::LgmpPatience kNoPatience{.subscribe = {}, .message = {}};

// A heap block, so that the address sanitizer sees what lies behind its end.
std::span<std::byte> memory() {
  static const std::unique_ptr<std::byte, decltype(&std::free)> bytes(
      static_cast<std::byte*>(std::aligned_alloc(4096, kMemoryBytes)), &std::free);
  return {bytes.get(), kMemoryBytes};
}

// The producer's side, by the reader's own tables: what those say is not the question here.
class Host {
 public:
  explicit Host(const LgmpLayout& layout) : layout_(layout), words_(memory()) {}

  void begin(std::uint32_t depth, std::uint32_t user_bytes) {
    std::ranges::fill(memory(), std::byte{});
    words_.store32(layout_.header.session, ++session_);
    words_.store32(layout_.header.version, layout_.version);
    words_.store32(layout_.header.queue_count, kQueues);
    words_.store32(layout_.header.user_size, user_bytes);
    words_.store64(layout_.header.timestamp, ++now_);
    std::uint32_t next = align_up(layout_.header.bytes + user_bytes, 64u);
    for (std::uint32_t i = 0; i < kQueues; ++i) {
      slots_ = depth + layout_.queue.spare_slots;
      rings_[i] = next;
      positions_[i] = 0;
      next = align_up(next + slots_ * layout_.message.bytes, 64u);
      words_.store32(at(i) + layout_.queue.id, i + 1);
      words_.store32(at(i) + layout_.queue.ring_slots, slots_);
      words_.store32(at(i) + layout_.queue.ring, rings_[i]);
      words_.store32(at(i) + layout_.queue.max_time, kMaxTimeMs);
      words_.store32(at(i) + layout_.mailbox.free, layout_.mailbox.places);
    }
    words_.store32(layout_.header.magic, compat::kLgmpMagic);
  }

  [[nodiscard]] std::uint64_t at(std::uint32_t queue) const {
    return layout_.queue.first + std::uint64_t{queue} * layout_.queue.stride;
  }
  [[nodiscard]] std::uint64_t slot_at(std::uint32_t queue, std::uint32_t slot) const {
    return rings_[queue] + std::uint64_t{slot} * layout_.message.bytes;
  }
  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  [[nodiscard]] SharedWords& words() { return words_; }
  [[nodiscard]] std::uint32_t count(std::uint32_t queue) const {
    return words_.load32(at(queue) + layout_.queue.count);
  }

  // Somebody is still to read it.
  [[nodiscard]] bool is_needed(std::uint32_t queue, std::uint32_t slot) const {
    const auto [on, bad] = subscribers(queue);
    return (words_.load32(slot_at(queue, slot) + layout_.message.pending) & on & ~bad) != 0;
  }
  [[nodiscard]] bool oldest_is_needed(std::uint32_t queue) const {
    return is_needed(queue, words_.load32(at(queue) + layout_.queue.start) % slots_);
  }
  [[nodiscard]] std::uint32_t needed(std::uint32_t queue) const {
    std::uint32_t found = 0;
    for (std::uint32_t slot = 0; slot < slots_; ++slot) found += is_needed(queue, slot) ? 1 : 0;
    return found;
  }

  // False when the ring is full. To nobody: only where the version queues such messages.
  bool post(std::uint32_t queue, std::uint32_t flags) {
    const auto [on, bad] = subscribers(queue);
    if ((on & ~bad) == 0 && !layout_.finish_under_lock) return true;
    if (count(queue) >= slots_ - layout_.queue.spare_slots) return false;
    const std::uint64_t message = slot_at(queue, positions_[queue]);
    words_.store32(message + layout_.message.flags, flags);
    words_.store32(message + layout_.message.size, kPayloadBytes);
    words_.store32(message + layout_.message.offset, kPayloadAt);
    words_.store32(message + layout_.message.pending, on & ~bad);
    if (words_.add32(at(queue) + layout_.queue.count, 1) == 0) set_deadline(queue);
    positions_[queue] = (positions_[queue] + 1) % slots_;
    words_.store32(at(queue) + layout_.queue.position, positions_[queue]);
    return true;
  }

  void beat(std::uint64_t ms) {
    now_ += ms;
    words_.store64(layout_.header.timestamp, now_);
    for (std::uint32_t queue = 0; queue < kQueues; ++queue) {
      for (std::uint32_t left = std::min(count(queue), slots_); left != 0; --left) {
        if (!drop_oldest(queue)) break;
        if (left > 1) set_deadline(queue);
      }
    }
  }

  struct Subscribers {
    std::uint32_t on, bad;
  };
  [[nodiscard]] Subscribers subscribers(std::uint32_t queue) const {
    const std::uint64_t word = at(queue) + layout_.queue.subscribers;
    if (layout_.queue.subscriber_bits == 32) {
      const std::uint64_t both = words_.load64(word);
      return {static_cast<std::uint32_t>(both >> 32), static_cast<std::uint32_t>(both)};
    }
    return {words_.load32(word) >> 16, words_.load32(word) & 0xffff};
  }

 private:
  void set_deadline(std::uint32_t queue) {
    words_.store64(at(queue) + layout_.queue.message_timeout, now_ + kMaxTimeMs);
  }

  bool drop_oldest(std::uint32_t queue) {
    const std::uint64_t start_at = at(queue) + layout_.queue.start;
    const std::uint32_t start = words_.load32(start_at) % slots_;
    const std::uint64_t pending = slot_at(queue, start) + layout_.message.pending;
    const auto [on, bad] = subscribers(queue);
    const std::uint32_t late = words_.load32(pending) & on & ~bad;
    if (late != 0) {
      if (now_ <= words_.load64(at(queue) + layout_.queue.message_timeout)) return false;
      mark(queue, on, bad, late);
      words_.store32(pending, 0);
    }
    words_.store32(start_at, (start + 1) % slots_);
    words_.add32(at(queue) + layout_.queue.count, ~0u);
    return true;
  }

  void mark(std::uint32_t queue, std::uint32_t on, std::uint32_t bad, std::uint32_t late) {
    const std::uint64_t word = at(queue) + layout_.queue.subscribers;
    if (layout_.queue.subscriber_bits == 32) {
      words_.store64(word, std::uint64_t{on} << 32 | bad | late);
    } else {
      words_.store32(word, on << 16 | bad | late);
    }
    for (std::uint32_t place = 0; place < layout_.queue.subscriber_limit; ++place) {
      if ((late >> place & 1) == 0) continue;
      words_.store64(at(queue) + layout_.queue.timeouts + std::uint64_t{8} * place,
                     now_ + kMaxTimeMs);
    }
  }

  const LgmpLayout& layout_;
  SharedWords words_;
  std::uint32_t session_ = 0;
  std::uint64_t now_ = 0;
  std::uint32_t slots_ = 0;
  std::array<std::uint32_t, kQueues> rings_{};
  std::array<std::uint32_t, kQueues> positions_{};
};

class Script {
 public:
  explicit Script(Input input)
      : input_(input),
        layout_(compat::dialects()[byte() % compat::dialects().size()]->lgmp),
        host_(layout_) {
    restart();
  }

  void run() {
    for (int i = 0; i < kMaxSteps && !input_.empty(); ++i) step();
  }

 private:
  struct Reader {
    std::optional<LgmpQueue> queue;
    std::uint32_t number = 0;             // of the queue
    std::vector<std::uint32_t> expected;  // flags of the messages posted to it, of an honest host
    std::array<LgmpMessage, 8> list{};
    std::size_t listed = 0;
  };

  std::uint8_t byte() { return input_.take<std::uint8_t>(); }
  Reader& any_reader() { return readers_[byte() % kReaders]; }

  void step() {
    switch (byte() % 16) {
      case 0:
      case 1:
        return post();
      case 2:
        return host_.beat(byte());
      case 3:
        return scribble();
      case 4:
      case 5:
        return scribble_word();
      case 6:
        return restart();
      case 7:
      case 8:
        return subscribe(any_reader());
      case 9:
        return unsubscribe(any_reader());
      case 10:
      case 11:
        return look(any_reader());
      case 12:
        return finish(any_reader());
      case 13:
        return finish_all(any_reader());
      case 14:
        return send(any_reader());
      case 15:
        return look_at_header();
    }
  }

  // ---- the honest host ----------------------------------------------------------------------

  void restart() {
    const std::uint8_t choice = byte();
    host_.begin(2u << choice % 4, choice / 4);
    honest_ = true;
    for (Reader& reader : readers_) reader.expected.clear();
  }

  void post() {
    const std::uint32_t queue = byte() % kQueues;
    ++flags_;
    const std::uint32_t before = host_.count(queue);
    if (!host_.post(queue, flags_) || host_.count(queue) == before) return;
    for (Reader& reader : readers_) {
      if (reader.number == queue && standing(reader) == Standing::Subscribed) {
        reader.expected.push_back(flags_);
      }
    }
  }

  // ---- the hostile hand ---------------------------------------------------------------------

  void scribble() {
    honest_ = false;
    const std::uint64_t offset = input_.take<std::uint16_t>() % kMemoryBytes;
    const std::uint64_t bytes = 1 + byte() % 32;
    input_.take_into(memory().data() + offset, std::min(bytes, kMemoryBytes - offset));
  }

  // The words that both sides use, with the values that hurt most.
  void scribble_word() {
    honest_ = false;
    const compat::LgmpHeaderLayout& header = layout_.header;
    const compat::LgmpQueueLayout& queue = layout_.queue;
    const compat::LgmpMailboxLayout& mail = layout_.mailbox;
    const std::uint8_t which = byte();
    const std::uint64_t base = host_.at(which % kQueues);
    const std::uint64_t slot = host_.slot_at(which % kQueues, byte() % host_.slots());
    const std::array<std::uint64_t, 28> places{header.session,
                                               header.timestamp,
                                               header.queue_count,
                                               header.user_size,
                                               header.magic,
                                               base + queue.id,
                                               base + queue.ring_slots,
                                               base + queue.ring,
                                               base + queue.position,
                                               base + queue.start,
                                               base + queue.count,
                                               base + queue.message_timeout,
                                               base + queue.max_time,
                                               base + queue.lock,
                                               base + queue.subscribers,
                                               base + queue.subscribers + 4,
                                               base + queue.client_ids,
                                               base + queue.client_ids + 4,
                                               base + queue.timeouts,
                                               base + mail.lock,
                                               base + mail.free,
                                               base + mail.write_position,
                                               base + mail.write_serial,
                                               base + mail.read_serial,
                                               slot + layout_.message.flags,
                                               slot + layout_.message.size,
                                               slot + layout_.message.offset,
                                               slot + layout_.message.pending};
    host_.words().store32(places[which / kQueues % places.size()], any_value());
  }

  std::uint32_t any_value() {
    switch (byte() % 8) {
      case 0:
        return 0;
      case 1:
        return ~0u;
      case 2:
        return 1u << byte() % 32;
      case 3:
        return host_.slots() + byte() % 3 - 1;
      case 4:
        return kMemoryBytes - byte();
      case 5:
        return layout_.header.bytes + byte() - 64u;
      case 6:
        return byte();
      default:
        return input_.take<std::uint32_t>();
    }
  }

  // ---- readers ------------------------------------------------------------------------------

  static Standing standing(const Reader& reader) {
    return reader.queue ? reader.queue->standing() : Standing::Gone;
  }

  void subscribe(Reader& reader) {
    const std::uint8_t choice = byte();
    if (choice % 2 == 0) unsubscribe(reader);
    reader.number = choice / 2 % kQueues;
    reader.expected.clear();
    reader.listed = 0;
    reader.queue.reset();
    const bool whole = choice % 16 != 15;
    auto queue =
        LgmpQueue::subscribe(memory().first(whole ? kMemoryBytes : choice * std::size_t{48}),
                             layout_, reader.number + 1, ++client_id_, kNoPatience);
    if (!queue) {
      require(!honest_ || !whole || queue.error().code == ErrorCode::Busy,
              "an honest host's queue can be subscribed to");
    } else if (whole) {
      reader.queue.emplace(std::move(*queue));
    } else {
      queue->unsubscribe();
    }
    if (!reader.queue) return;
    if (!honest_) return;
    require(standing(reader) == Standing::Subscribed, "subscribing subscribes");
    require(!reader.queue->has_message(), "nothing of a former owner is left");
  }

  void unsubscribe(Reader& reader) {
    if (!reader.queue) return;
    const bool left = reader.queue->unsubscribe();
    require(left || !honest_, "nobody holds an honest host's lock");
    require(!honest_ || standing(reader) != Standing::Subscribed, "unsubscribing unsubscribes");
    reader.expected.clear();
  }

  void look(Reader& reader) {
    if (!reader.queue) return;
    static_cast<void>(reader.queue->has_message());
    const std::size_t room = byte() % (reader.list.size() + 1);
    reader.listed = reader.queue->messages(std::span(reader.list).first(room));
    require(reader.listed <= room, "never more than fits");
    for (const LgmpMessage& message : std::span(reader.list).first(reader.listed)) {
      check(message);
    }
    if (honest_ && standing(reader) == Standing::Subscribed) compare(reader, room);
  }

  void check(const LgmpMessage& message) const {
    require(message.offset >= layout_.header.bytes && message.offset % 4 == 0,
            "payloads lie behind the header");
    require(range_fits(message.offset, message.size, kMemoryBytes), "payloads lie in the memory");
    require(message.slot < LgmpQueue::kMaxRingSlots, "slots are in the ring");
    if (message.size == 0) return;
    const auto payload = memory().subspan(message.offset, message.size);
    static_cast<void>(*const_cast<const volatile std::byte*>(&payload.front()));
    static_cast<void>(*const_cast<const volatile std::byte*>(&payload.back()));
  }

  static void compare(const Reader& reader, std::size_t room) {
    require(reader.listed == std::min(room, reader.expected.size()), "all messages are there");
    for (std::size_t i = 0; i < reader.listed; ++i) {
      require(reader.list[i].flags == reader.expected[i], "in the order of their posting");
    }
  }

  void finish(Reader& reader) {
    if (!reader.queue || reader.listed == 0) return;
    const std::size_t which = byte() % reader.listed;
    const LgmpMessage message = reader.list[which];
    std::copy(reader.list.begin() + which + 1, reader.list.end(), reader.list.begin() + which);
    --reader.listed;
    const std::uint32_t needed = host_.needed(reader.number);
    reader.queue->finish(message.slot);
    std::erase(reader.expected, message.flags);
    check_ring(reader.number, needed);
  }

  void finish_all(Reader& reader) {
    if (!reader.queue) return;
    const std::uint32_t needed = host_.needed(reader.number);
    reader.queue->finish_all();
    reader.listed = 0;
    reader.expected.clear();
    if (standing(reader) != Standing::Gone) {
      require(!honest_ || !reader.queue->has_message(), "everything was given back");
    }
    check_ring(reader.number, needed);
  }

  // After a reader of the queue `finished_in` has finished messages: `needed` were needed before.
  void check_ring(std::uint32_t finished_in, std::uint32_t needed) {
    if (!honest_) return;
    if (host_.needed(finished_in) != needed) {
      require(host_.count(finished_in) == 0 || host_.oldest_is_needed(finished_in),
              "what nobody waits for any more is not in the way");
    }
    for (std::uint32_t queue = 0; queue < kQueues; ++queue) {
      std::size_t waiting = 0;
      for (const Reader& reader : readers_) {
        if (reader.number == queue && standing(reader) == Standing::Subscribed) {
          waiting = std::max(waiting, reader.expected.size());
        }
      }
      require(host_.count(queue) >= waiting, "no message is lost");
    }
  }

  void send(Reader& reader) {
    if (!reader.queue) return;
    std::array<std::byte, compat::kMailboxDataBytes> data;
    const std::size_t bytes = byte() % (data.size() + 1);
    input_.take_into(data.data(), bytes);
    const auto serial = reader.queue->send(std::span(data).first(bytes));
    static_cast<void>(reader.queue->acted_upon(serial ? *serial : 0));
    if (!honest_) return;
    const bool subscribed = standing(reader) == Standing::Subscribed;
    require(serial || serial.error().code == (subscribed ? ErrorCode::Busy : ErrorCode::Stale),
            "an honest host's mailbox takes letters until it is full");
  }

  void look_at_header() {
    const std::uint8_t choice = byte();
    const auto mapped = memory().first(choice % 8 == 7 ? choice * std::size_t{48} : kMemoryBytes);
    const auto header = compat::read_lgmp_header(mapped, layout_);
    if (honest_ && mapped.size() == kMemoryBytes) {
      require(header && header->version == layout_.version, "an honest host is recognised");
    }
    const auto data = compat::copy_user_data(mapped, layout_, 1024);
    require(!data || data->size() <= 1024, "user data stays within its limit");
    require(compat::choose_client_id(mapped, layout_) != 0, "ids are not 0");
  }

  Input input_;
  const LgmpLayout& layout_;
  Host host_;
  std::array<Reader, kReaders> readers_;
  std::uint32_t flags_ = 0;
  std::uint32_t client_id_ = 0;
  bool honest_ = true;
};

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::Script(pierglass::fuzz::Input(data, size)).run();
  return 0;
}
