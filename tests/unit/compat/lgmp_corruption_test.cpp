// SPDX-License-Identifier: GPL-2.0-or-later
// One wrong word at a time, at each field's borders, while a reader subscribes; and while one is
// subscribed, receives, finishes and sends. Expected reactions are told, not found out.
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

// Members of LgmpOffsets, counted from the start of the memory or of the queue.
enum class From : std::uint8_t { Memory, Queue, Message };

struct Corruption {
  const char* field;
  From from;
  std::uint32_t LgmpOffsets::* offset;
  std::uint32_t value;
  std::optional<ErrorCode> subscribing;  // nothing: succeeds all the same
};

std::vector<Corruption> while_subscribing(const LgmpLayout& layout) {
  using O = LgmpOffsets;
  constexpr auto kHeaders = From::Memory;
  constexpr auto kQueues = From::Queue;
  constexpr auto kCorrupt = ErrorCode::Corrupt;
  constexpr auto kNotReady = ErrorCode::NotReady;
  constexpr std::nullopt_t kFine = std::nullopt;
  constexpr std::uint32_t kEnd = 64 * 1024;  // of the memory
  const std::uint32_t slots = layout.queue.ring_slots_power_of_two ? 4 : 5;
  const std::uint32_t capacity = slots - layout.queue.spare_slots;
  const std::uint32_t last_ring = kEnd - slots * layout.message.bytes;
  const std::uint32_t step = layout.message.alignment;
  const std::optional<ErrorCode> odd_size =
      layout.queue.ring_slots_power_of_two ? std::optional(kCorrupt) : kFine;
  return {
      {"no queues", kHeaders, &O::queue_count, 0, kNotReady},
      {"one queue", kHeaders, &O::queue_count, 1, kFine},
      {"more queues than fit", kHeaders, &O::queue_count, layout.queue.limit + 1, kFine},
      {"2^31 queues", kHeaders, &O::queue_count, 0x8000'0000, kFine},
      {"2^32-1 queues", kHeaders, &O::queue_count, ~0u, kFine},
      {"another id", kQueues, &O::id, 8, kNotReady},
      {"id 0", kQueues, &O::id, 0, kNotReady},
      {"id 2^32-1", kQueues, &O::id, ~0u, kNotReady},
      {"no slots", kQueues, &O::slots, 0, kCorrupt},
      {"one slot", kQueues, &O::slots, 1, kCorrupt},
      {"two slots", kQueues, &O::slots, 2, kFine},
      {"three slots", kQueues, &O::slots, 3, odd_size},
      {"1023 slots", kQueues, &O::slots, 1023, odd_size},
      {"1024 slots", kQueues, &O::slots, 1024, kFine},
      {"1025 slots", kQueues, &O::slots, 1025, kCorrupt},
      {"2048 slots", kQueues, &O::slots, 2048, kCorrupt},
      {"2^28 slots", kQueues, &O::slots, 0x1000'0000, kCorrupt},
      {"2^31 slots", kQueues, &O::slots, 0x8000'0000, kCorrupt},
      {"2^32-1 slots", kQueues, &O::slots, ~0u, kCorrupt},
      {"ring at 0", kQueues, &O::ring, 0, kCorrupt},
      {"ring in the header", kQueues, &O::ring, layout.header.bytes - step, kCorrupt},
      {"ring behind the header", kQueues, &O::ring, layout.header.bytes, kFine},
      {"ring not aligned", kQueues, &O::ring, layout.header.bytes + step / 2, kCorrupt},
      {"ring at an odd byte", kQueues, &O::ring, layout.header.bytes + 1, kCorrupt},
      {"ring up to the end", kQueues, &O::ring, last_ring, kFine},
      {"ring over the end", kQueues, &O::ring, last_ring + step, kCorrupt},
      {"ring at the end", kQueues, &O::ring, kEnd, kCorrupt},
      {"ring behind the end", kQueues, &O::ring, kEnd + 4096, kCorrupt},
      {"ring at 2^31", kQueues, &O::ring, 0x8000'0000, kCorrupt},
      {"ring just below 2^32", kQueues, &O::ring, 0xffff'fff0, kCorrupt},
      {"last position", kQueues, &O::position, slots - 1, kFine},
      {"position behind the ring", kQueues, &O::position, slots, kCorrupt},
      {"position 2^32-1", kQueues, &O::position, ~0u, kCorrupt},
      {"last start", kQueues, &O::start, slots - 1, kFine},
      {"start behind the ring", kQueues, &O::start, slots, kCorrupt},
      {"start 2^32-1", kQueues, &O::start, ~0u, kCorrupt},
      {"a full ring", kQueues, &O::count, capacity, kFine},
      {"an overfull ring", kQueues, &O::count, capacity + 1, kCorrupt},
      {"count 2^32-1", kQueues, &O::count, ~0u, kCorrupt},
      {"no time at all", kQueues, &O::max_time, 0, kFine},
      {"all the time", kQueues, &O::max_time, ~0u, kFine},
      {"2^32-1 new readers", kQueues, &O::new_readers, ~0u, kFine},
      {"lock held", kQueues, &O::lock, 1, ErrorCode::Busy},
      {"lock of another kind", kQueues, &O::lock, ~0u, ErrorCode::Busy},
      {"mailbox locked", kQueues, &O::mail_lock, ~0u, kFine},
      {"mailbox full", kQueues, &O::mail_free, 0, kFine},
      {"mailbox overfull", kQueues, &O::mail_free, ~0u, kFine},
      {"mail position", kQueues, &O::mail_write, ~0u, kFine},
      {"time stands at the end", kHeaders, &O::timestamp, ~0u, kFine},
  };
}

class LgmpCorruption : public LgmpRig {
 protected:
  // Everything a reader does, whatever comes of it.
  void use(LgmpQueue& queue) {
    post(1);
    for (const LgmpMessage& message : messages(queue)) {
      EXPECT_TRUE(range_fits(message.offset, message.size, kMemoryBytes));
      EXPECT_GE(message.offset, layout().header.bytes);
      EXPECT_LT(message.slot, LgmpQueue::kMaxRingSlots);
      queue.finish(message.slot);
    }
    static_cast<void>(queue.has_message());
    queue.finish_all();
    const auto sent = queue.send({});
    static_cast<void>(queue.acted_upon(sent ? *sent : 0));
  }
};

TEST_P(LgmpCorruption, OfOneWordIsFoundWhenSubscribing) {
  std::size_t cases = 0;
  for (const Corruption& wrong : while_subscribing(layout())) {
    start_host();
    const std::uint64_t base = wrong.from == From::Queue ? host().queue_at(kQueue) : 0;
    host().set_word(base + at().*wrong.offset, wrong.value);
    auto queue =
        LgmpQueue::subscribe(memory(), layout(), kId, kMe, {.subscribe = {}, .message = {}});
    EXPECT_EQ(queue ? std::nullopt : std::optional(queue.error().code), wrong.subscribing)
        << wrong.field;
    EXPECT_EQ(host().readers_on(kQueue), queue ? 1u : 0u) << wrong.field;
    ++cases;
  }
  EXPECT_GE(cases, 45u);
}

// Every word of the queue, its ring and its message, with every value that hurts: the reader lives
// on, and what it hands out lies in the memory.
TEST_P(LgmpCorruption, OfAnyWordWhileSubscribedIsBorne) {
  using O = LgmpOffsets;
  struct Word {
    From from;
    std::uint32_t O::* offset;
  };
  constexpr auto kHeaders = From::Memory;
  constexpr auto kQueues = From::Queue;
  constexpr auto kRings = From::Message;
  std::size_t cases = 0;
  for (const auto [from, offset] : {Word{kHeaders, &O::magic},
                                    Word{kHeaders, &O::version},
                                    Word{kHeaders, &O::session},
                                    Word{kHeaders, &O::timestamp},
                                    Word{kHeaders, &O::queue_count},
                                    Word{kQueues, &O::id},
                                    Word{kQueues, &O::slots},
                                    Word{kQueues, &O::ring},
                                    Word{kQueues, &O::position},
                                    Word{kQueues, &O::start},
                                    Word{kQueues, &O::count},
                                    Word{kQueues, &O::message_timeout},
                                    Word{kQueues, &O::max_time},
                                    Word{kQueues, &O::readers},
                                    Word{kQueues, &O::client_ids},
                                    Word{kQueues, &O::timeouts},
                                    Word{kQueues, &O::new_readers},
                                    Word{kQueues, &O::mail_free},
                                    Word{kQueues, &O::mail_write},
                                    Word{kQueues, &O::mail_write_serial},
                                    Word{kQueues, &O::mail_read_serial},
                                    Word{kRings, &O::flags},
                                    Word{kRings, &O::size},
                                    Word{kRings, &O::offset},
                                    Word{kRings, &O::pending}}) {
    for (const std::uint32_t value : {0u, 1u, 5u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'fffcu, ~0u}) {
      start_host();
      LgmpQueue queue = subscribe();
      post(1);
      const std::uint64_t base = from == kQueues  ? host().queue_at(kQueue)
                                 : from == kRings ? host().message_at(kQueue, 0)
                                                  : 0;
      host().set_word(base + at().*offset, value);
      use(queue);
      static_cast<void>(queue.standing());
      EXPECT_TRUE(queue.unsubscribe());
      EXPECT_EQ(field(at().lock), 0u);
      EXPECT_EQ(field(at().mail_lock), 0u);
      ++cases;
    }
  }
  EXPECT_GE(cases, 170u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpCorruption);

}  // namespace
}  // namespace pierglass::compat
