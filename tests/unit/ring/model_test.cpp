// SPDX-License-Identifier: GPL-2.0-or-later
// The slot algorithm itself, not a copy of it, under every interleaving and every weak reading that
// the memory model allows: a reader never relies on a slot that the guest writes, and what is
// published is complete. Then the counter-check: with any one of its orders weakened the same
// search finds a violation, so it would find a mistake.
#include <gtest/gtest.h>

#include "ring/slot_protocol.hpp"
#include "tests/unit/ring/weak_memory.hpp"

namespace pierglass::ring::model {
namespace {

constexpr std::size_t kLimit = 3'000'000;
constexpr std::uint32_t kRows = 2;

// Locations.
constexpr int kComplete = 0;
constexpr int kStarted = 1;
constexpr int kSequence = 2;  // + slot
constexpr int kRowsWord = 4;  // + slot
constexpr int kPixels = 6;    // + 2 × slot + row
constexpr int kRecord = 10;   // + slot
constexpr int kToken = 12;    // + reader block
constexpr int kHeld = 15;     // + reader block

// A location that only one thread of a scenario touches: needs no interleaving.
struct Private {
  std::uint64_t value;
  template <typename T>
  void store(T, Order) const {}
  [[nodiscard]] std::uint64_t load(Order) const { return value; }
};

template <bool kPartial, bool kEvicted, std::uint32_t kBlocks>
class ModelWords {
 public:
  explicit ModelWords(Thread& thread) : thread_(thread) {}

  [[nodiscard]] static std::uint32_t readers() { return kBlocks; }
  auto newest_complete() {
    if constexpr (kPartial) {
      return Private{};
    } else {
      return Word<std::uint64_t>(thread_, kComplete);
    }
  }
  auto newest_started() {
    if constexpr (kPartial) {
      return Word<std::uint64_t>(thread_, kStarted);
    } else {
      return Private{};
    }
  }
  auto sequence(std::uint32_t slot) { return Word<std::uint64_t>(thread_, kSequence + int(slot)); }
  auto rows(std::uint32_t slot) {
    if constexpr (kPartial) {
      return Word<std::uint32_t>(thread_, kRowsWord + int(slot));
    } else {
      return Private{};
    }
  }
  auto token(std::uint32_t block) {
    if constexpr (kEvicted) {
      return Word<std::uint64_t>(thread_, kToken + int(block));
    } else {
      return Private{block + 1};
    }
  }
  auto held(std::uint32_t block) { return Word<std::uint32_t>(thread_, kHeld + int(block)); }
  void store_fence() { thread_.perform({.kind = Kind::Fence}); }

  auto pixels(std::uint32_t slot, std::uint32_t row) {
    return Word<std::uint64_t>(thread_, kPixels + int(2 * slot + row));
  }
  auto record(std::uint32_t slot) { return Word<std::uint64_t>(thread_, kRecord + int(slot)); }

  void begin(std::uint32_t slot, std::uint64_t sequence) {
    thread_.perform({.kind = Kind::Begin, .location = int(slot), .value = sequence});
  }
  void believe(std::uint32_t slot, std::uint64_t sequence) {
    thread_.perform({.kind = Kind::Believe, .location = int(slot), .value = sequence});
  }
  void doubt() { thread_.perform({.kind = Kind::Doubt}); }
  void expect(bool holds, const char* what) { thread_.expect(holds, what); }

 private:
  Thread& thread_;
};

// Writes frames 2, 3 … into two slots in turn, giving a frame up when its slot is held.
template <class Words>
void guest_program(Thread& thread, std::uint64_t last) {
  Words words(thread);
  std::array<std::uint64_t, 2> content{1, 0};
  std::uint32_t slot = 1;
  for (std::uint64_t sequence = 2; sequence <= last; ++sequence) {
    if (!slots::claim(words, slot, content[slot])) continue;
    words.begin(slot, sequence);
    words.record(slot).store(sequence, Order::relaxed);
    slots::announce_started(words, slot, sequence);
    words.pixels(slot, 0).store_non_temporal(sequence);
    slots::announce_rows(words, slot, 1);
    words.pixels(slot, 1).store_non_temporal(sequence);
    slots::announce_complete(words, slot, sequence, kRows);
    content[slot] = sequence;
    slot = 1 - slot;
  }
}

template <class Words>
void read_frame(Words& words, std::uint32_t block, std::uint64_t token, bool partial) {
  const std::uint64_t ticket = partial ? words.newest_started().load(Order::acquire)
                                       : words.newest_complete().load(Order::acquire);
  const std::uint32_t slot = wire::ticket_slot(ticket);
  const std::uint64_t sequence = wire::ticket_sequence(ticket);
  if (slots::hold(words, block, token, 0, slot, sequence) != slots::Hold::Held) return;
  words.believe(slot, sequence);
  words.expect(words.record(slot).load(Order::relaxed) == sequence, "the record is torn");
  const std::uint64_t rows = partial ? words.rows(slot).load(Order::acquire) : kRows;
  for (std::uint32_t row = 0; row < rows; ++row) {
    words.expect(words.pixels(slot, row).load(Order::relaxed) == sequence, "a row is not final");
  }
  words.doubt();
  slots::drop(words, block, token, 0, slot);
}

template <class Words>
void reader_program(Thread& thread, std::uint32_t block, bool partial, int times) {
  Words words(thread);
  for (int i = 0; i < times; ++i) read_frame(words, block, block + 1, partial);
}

// Frame 1 stands in slot 0.
Scene first_frame_shown(std::uint32_t blocks) {
  Scene scene;
  scene.initial[kComplete] = scene.initial[kStarted] = wire::make_ticket(1, 0);
  scene.initial[kSequence] = scene.initial[kPixels] = scene.initial[kPixels + 1] = 1;
  scene.initial[kRecord] = 1;
  scene.initial[kRowsWord] = kRows;
  scene.owners = {1, 0};
  for (std::uint32_t block = 0; block < blocks; ++block) {
    scene.initial[std::size_t(kToken) + block] = block + 1;
    scene.initial[std::size_t(kHeld) + block] = slots::held_tag(block + 1);
  }
  return scene;
}

template <bool kPartial>
Scene one_reader() {
  using Words = ModelWords<kPartial, false, 1>;
  Scene scene = first_frame_shown(1);
  constexpr std::uint64_t kLast = kPartial ? 3 : 4;
  scene.programs = {[](Thread& thread) { guest_program<Words>(thread, kLast); },
                    [](Thread& thread) { reader_program<Words>(thread, 0, kPartial, 2); }};
  return scene;
}

Scene two_readers() {
  using Words = ModelWords<false, false, 2>;
  Scene scene = first_frame_shown(2);
  scene.programs = {[](Thread& thread) { guest_program<Words>(thread, 3); },
                    [](Thread& thread) { reader_program<Words>(thread, 0, false, 1); },
                    [](Thread& thread) { reader_program<Words>(thread, 1, false, 1); }};
  return scene;
}

// Reader 0 is suspended somewhere in hold() and drop(), loses its block to an heir, and goes on.
// Only the heir may rely on what it holds.
Scene evicted_reader(std::uint64_t old_token, std::uint64_t new_token) {
  using Words = ModelWords<false, true, 1>;
  Scene scene = first_frame_shown(1);
  scene.initial[kToken] = old_token;
  scene.initial[kHeld] = slots::held_tag(old_token);
  const auto sleeper = [=](Thread& thread) {
    Words words(thread);
    if (slots::hold(words, 0, old_token, 0, 0, 1) == slots::Hold::Held) {
      slots::drop(words, 0, old_token, 0, 0);
    }
  };
  const auto guest = [=](Thread& thread) {
    Words words(thread);
    std::uint64_t expected = old_token;
    words.token(0).compare_exchange_strong(expected, 0, Order::seq_cst);
    if (slots::claim(words, 0, 1)) words.begin(0, 3);
  };
  const auto heir = [=](Thread& thread) {
    Words words(thread);
    std::uint64_t expected = 0;
    if (!words.token(0).compare_exchange_strong(expected, new_token, Order::seq_cst)) return;
    words.held(0).store(slots::held_tag(new_token), Order::seq_cst);
    if (slots::hold(words, 0, new_token, 0, 0, 1) != slots::Hold::Held) return;
    words.believe(0, 1);
    words.expect(words.record(0).load(Order::relaxed) == 1, "the record is torn");
    words.doubt();
    slots::drop(words, 0, new_token, 0, 0);
  };
  scene.programs = {guest, sleeper, heir};
  return scene;
}

void expect_no_violation(const Scene& scene) {
  const Outcome outcome = Checker(scene, kLimit).run();
  EXPECT_FALSE(outcome.violation.has_value()) << *outcome.violation;
  EXPECT_TRUE(outcome.exhausted) << "only " << outcome.states << " states were looked at";
  testing::Test::RecordProperty("states", std::to_string(outcome.states));
}

TEST(SlotModel, OneReaderIsSafeWithCompleteFrames) {
  expect_no_violation(one_reader<false>());
}
TEST(SlotModel, OneReaderIsSafeWithStartedFrames) {
  expect_no_violation(one_reader<true>());
}
TEST(SlotModel, TwoReadersAreSafe) {
  expect_no_violation(two_readers());
}
TEST(SlotModel, AnHeirIsSafeFromTheFormerOwner) {
  expect_no_violation(evicted_reader(0x1'0001, 0x2'0002));
}

TEST(SlotModel, WithoutTheTagAnHeirIsNotSafe) {
  EXPECT_TRUE(Checker(evicted_reader(0x1'0001, 0x2'0001), kLimit).run().violation.has_value());
}

struct Mutation {
  const char* name;
  bool partial;
  bool (*hits)(const Op&);
  Order instead;
};

bool in(int location, int first, int count) {
  return location >= first && location < first + count;
}

const Mutation kMutations[] = {
    {"the guest's mark is only a release", false,
     [](const Op& op) {
       return op.kind == Kind::Store && in(op.location, kSequence, 2) && op.value == 0;
     },
     Order::release},
    {"the guest's look for holders is only an acquire", false,
     [](const Op& op) { return op.kind == Kind::Load && in(op.location, kHeld, 3); },
     Order::acquire},
    {"the reader's hold is only acquire and release", false,
     [](const Op& op) { return op.kind == Kind::Exchange && in(op.location, kHeld, 3); },
     Order::acq_rel},
    {"the reader's second look is only an acquire", false,
     [](const Op& op) { return op.kind == Kind::Load && in(op.location, kSequence, 2); },
     Order::acquire},
    {"the complete frame is published relaxed", false,
     [](const Op& op) { return op.kind == Kind::Store && op.location == kComplete; },
     Order::relaxed},
    {"the complete ticket is loaded relaxed", false,
     [](const Op& op) { return op.kind == Kind::Load && op.location == kComplete; },
     Order::relaxed},
    {"the started frame is published relaxed and so is its sequence", true,
     [](const Op& op) {
       return op.kind == Kind::Store &&
              (op.location == kStarted || (in(op.location, kSequence, 2) && op.value != 0));
     },
     Order::relaxed},
    {"rows are published relaxed", true,
     [](const Op& op) { return op.kind == Kind::Store && in(op.location, kRowsWord, 2); },
     Order::relaxed},
    {"rows are loaded relaxed", true,
     [](const Op& op) { return op.kind == Kind::Load && in(op.location, kRowsWord, 2); },
     Order::relaxed},
};

class SlotMutation : public testing::TestWithParam<Mutation> {};

TEST_P(SlotMutation, IsFound) {
  const Mutation& mutation = GetParam();
  Scene scene = mutation.partial ? one_reader<true>() : one_reader<false>();
  scene.weaken = [&](const Op& op) { return mutation.hits(op) ? mutation.instead : op.order; };
  EXPECT_TRUE(Checker(scene, kLimit).run().violation.has_value()) << mutation.name;
}

INSTANTIATE_TEST_SUITE_P(EachOrder, SlotMutation, testing::ValuesIn(kMutations));

template <bool kPartial>
class WordsWithoutFence : public ModelWords<kPartial, false, 1> {
 public:
  using ModelWords<kPartial, false, 1>::ModelWords;
  void store_fence() {}
};

TEST(SlotModel, WithoutTheStoreFenceNonTemporalStoresArriveTooLate) {
  using Words = WordsWithoutFence<false>;
  Scene scene = first_frame_shown(1);
  scene.programs = {[](Thread& thread) { guest_program<Words>(thread, 2); },
                    [](Thread& thread) { reader_program<Words>(thread, 0, false, 1); }};
  EXPECT_TRUE(Checker(scene, kLimit).run().violation.has_value());
}

}  // namespace
}  // namespace pierglass::ring::model
