// SPDX-License-Identifier: GPL-2.0-or-later
// The sleep handshake itself, in both directions, under every interleaving and every weak reading
// that the memory model allows: nobody sleeps for ever beside news. Then the counter-check: without
// any one of its fences, or with the last look left out, the same search finds a sleeper that
// nobody rings.
#include <gtest/gtest.h>

#include "ring/sleep_protocol.hpp"
#include "tests/unit/ring/weak_memory.hpp"

namespace pierglass::ring::model {
namespace {

constexpr std::size_t kLimit = 3'000'000;

// Locations.
constexpr int kNews = 0;    // + publisher: how much it has published
constexpr int kAsleep = 4;  // flags of the reader, or the guest's word
constexpr int kRing = 5;    // an eventfd, or an event

enum class Fences : std::uint8_t { All, NotThePublishers, NotTheSleepers };
enum class LastLook : std::uint8_t { Taken, LeftOut };

template <Fences kFences, bool kSleeper>
class SleepWords {
 public:
  explicit SleepWords(Thread& thread) : thread_(thread) {}

  auto flags(std::uint32_t) { return Word<std::uint32_t>(thread_, kAsleep); }
  auto asleep() { return Word<std::uint32_t>(thread_, kAsleep); }
  auto ring() { return Word<std::uint32_t>(thread_, kRing); }
  auto news(int publisher) { return Word<std::uint64_t>(thread_, kNews + publisher); }
  void full_fence() {
    if (kFences == (kSleeper ? Fences::NotTheSleepers : Fences::NotThePublishers)) return;
    thread_.perform({.kind = Kind::FullFence});
  }

 private:
  Thread& thread_;
};

// The guest's frames or pointer thread, and readers that sleep.
struct TowardsReader {
  template <class Words>
  static bool must_ring(Words& words) {
    sleep::published(words);
    return sleep::reader_sleeps(words, 0);
  }
  template <class Words>
  static void declare(Words& words) {
    sleep::reader_declares(words, 0);
  }
  template <class Words>
  static void take_back(Words& words) {
    words.flags(0).fetch_and(~wire::kReaderAsleep, Order::seq_cst);
  }
};

// A reader that sends, becomes visible or joins, and the guest's control thread that sleeps.
struct TowardsGuest {
  template <class Words>
  static bool must_ring(Words& words) {
    return sleep::guest_sleeps(words);
  }
  template <class Words>
  static void declare(Words& words) {
    sleep::guest_declares(words);
  }
  template <class Words>
  static void take_back(Words& words) {
    words.asleep().store(0, Order::relaxed);
  }
};

template <class Direction, class Words>
void publisher_program(Thread& thread, int publisher, std::uint64_t last) {
  Words words(thread);
  for (std::uint64_t i = 1; i <= last; ++i) {
    words.news(publisher).store(i, Order::release);
    if (Direction::must_ring(words)) words.ring().fetch_or(1, Order::acq_rel);
  }
}

template <class Words>
std::uint64_t look(Words& words, int publishers) {
  std::uint64_t sum = 0;
  for (int i = 0; i < publishers; ++i) sum += words.news(i).load(Order::acquire);
  return sum;
}

// Sleeps whenever there is nothing new, until it has seen everything.
template <class Direction, class Words>
void sleeper_program(Thread& thread, int publishers, std::uint64_t all, LastLook last_look) {
  Words words(thread);
  std::uint64_t seen = 0;
  while (seen != all) {
    seen = look(words, publishers);
    if (seen == all) return;
    Direction::declare(words);
    if (last_look == LastLook::LeftOut || look(words, publishers) == seen) words.ring().await();
    Direction::take_back(words);
  }
}

template <class Direction, Fences kFences>
Scene scene(int publishers, std::uint64_t each, LastLook last_look = LastLook::Taken) {
  Scene scene;
  for (int i = 0; i < publishers; ++i) {
    scene.programs.emplace_back([=](Thread& thread) {
      publisher_program<Direction, SleepWords<kFences, false>>(thread, i, each);
    });
  }
  const std::uint64_t all = each * std::uint64_t(publishers);
  scene.programs.emplace_back([=](Thread& thread) {
    sleeper_program<Direction, SleepWords<kFences, true>>(thread, publishers, all, last_look);
  });
  return scene;
}

bool finds_a_sleeper(const Scene& scene) {
  return Checker(scene, kLimit).run().violation == "a thread sleeps for ever";
}

template <class Direction>
class SleepModel : public testing::Test {};
using Directions = testing::Types<TowardsReader, TowardsGuest>;
TYPED_TEST_SUITE(SleepModel, Directions);

TYPED_TEST(SleepModel, NobodySleepsBesideNewsOfOnePublisher) {
  const Scene tried = scene<TypeParam, Fences::All>(1, 3);
  const Outcome outcome = Checker(tried, kLimit).run();
  EXPECT_FALSE(outcome.violation.has_value()) << *outcome.violation;
  EXPECT_TRUE(outcome.exhausted) << "only " << outcome.states << " states were looked at";
}

TYPED_TEST(SleepModel, NobodySleepsBesideNewsOfTwoPublishers) {
  const Scene tried = scene<TypeParam, Fences::All>(2, 1);
  const Outcome outcome = Checker(tried, kLimit).run();
  EXPECT_FALSE(outcome.violation.has_value()) << *outcome.violation;
  EXPECT_TRUE(outcome.exhausted) << "only " << outcome.states << " states were looked at";
}

TYPED_TEST(SleepModel, WithoutThePublishersFenceSomebodyDoes) {
  EXPECT_TRUE(finds_a_sleeper(scene<TypeParam, Fences::NotThePublishers>(1, 1)));
}

TYPED_TEST(SleepModel, WithoutTheSleepersFenceSomebodyDoes) {
  EXPECT_TRUE(finds_a_sleeper(scene<TypeParam, Fences::NotTheSleepers>(1, 1)));
}

TYPED_TEST(SleepModel, WithoutTheLastLookSomebodyDoes) {
  EXPECT_TRUE(finds_a_sleeper(scene<TypeParam, Fences::All>(1, 1, LastLook::LeftOut)));
}

}  // namespace
}  // namespace pierglass::ring::model
