// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/latch_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>

namespace pierglass::guest {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{1h};
constexpr Nanoseconds k60Hz{16'666'667};

// One watch, and what the readers have written.
class Watched : public testing::Test {
 protected:
  void write(Nanoseconds in, std::size_t reader = 0) {
    if (notes_[reader].token == 0) notes_[reader].token = 7 + reader;
    ++notes_[reader].serial;
    notes_[reader].in = in;
  }
  void look(Nanoseconds at) { watch_.look(kStart + at, notes_); }
  // Nothing, or how long after the start.
  [[nodiscard]] std::optional<Nanoseconds> next(Nanoseconds now, Nanoseconds from) const {
    const auto latch = watch_.next(kStart + now, kStart + from);
    return latch ? std::optional(*latch - kStart) : std::nullopt;
  }
  // A reader that says at the beginning of each refresh when that ends.
  void follow(int refreshes) {
    look(-1ms);
    for (int i = 0; i < refreshes; ++i) {
      write(k60Hz);
      look(i * k60Hz);
      look((i + 1) * k60Hz - 500us);
    }
  }

  LatchWatch watch_;
  ring::LatchNotes notes_{};
};

TEST_F(Watched, NothingIsKnownAtFirst) {
  look(0ms);
  EXPECT_EQ(next(0ms, 0ms), std::nullopt);
}

TEST_F(Watched, WhatStoodThereBeforeIsOfAnUnknownTime) {
  write(5ms);
  look(0ms);
  look(1ms);
  EXPECT_EQ(next(1ms, 0ms), std::nullopt);
}

TEST_F(Watched, ALatchIsDatedByTheLookBefore) {
  write(0ms);
  look(0ms);
  write(5ms);
  look(1ms);
  EXPECT_EQ(next(1ms, 1ms), 5ms) << "it was written between 0 and 1 ms";
  EXPECT_EQ(next(1ms, 5ms), 5ms);
  EXPECT_EQ(next(1ms, 5ms + 1ns), std::nullopt);
}

TEST_F(Watched, ALatchOfNoKnownMomentIsNone) {
  write(0ms);
  look(0ms);
  write(25ms);
  look(16ms);
  EXPECT_EQ(next(16ms, 16ms), std::nullopt);
}

TEST_F(Watched, TheSoonestOfAllReadersCounts) {
  write(0ms, 0);
  write(0ms, 3);
  look(0ms);
  write(9ms, 0);
  write(5ms, 3);
  look(1ms);
  EXPECT_EQ(next(1ms, 1ms), 5ms);
  EXPECT_EQ(next(1ms, 6ms), 9ms);
}

TEST_F(Watched, ALatchIsForgottenWithItsReader) {
  write(0ms);
  look(0ms);
  write(9ms);
  look(1ms);
  ASSERT_EQ(next(1ms, 1ms), 9ms);
  notes_[0] = {.token = 99, .serial = notes_[0].serial, .in = notes_[0].in};
  look(2ms);
  EXPECT_EQ(next(2ms, 2ms), std::nullopt) << "another reader in the block";
}

TEST_F(Watched, ATakenBackLatchIsNone) {
  write(0ms);
  look(0ms);
  write(9ms);
  look(1ms);
  write(0ms);
  look(2ms);
  EXPECT_EQ(next(2ms, 2ms), std::nullopt);
}

TEST_F(Watched, RegularLatchesAreToldAhead) {
  follow(20);
  const Nanoseconds last = 20 * k60Hz;
  const auto ahead = next(last, last + 2 * k60Hz - 3ms);
  ASSERT_TRUE(ahead);
  EXPECT_LE(*ahead, last + 2 * k60Hz);
  EXPECT_GE(*ahead, last + 2 * k60Hz - 1ms);
  EXPECT_EQ(next(last, last + 6 * k60Hz), std::nullopt) << "not for ever";
}

TEST_F(Watched, WhatWasSaidLongAgoIsForgotten) {
  follow(20);
  const Nanoseconds last = 20 * k60Hz;
  ASSERT_TRUE(next(last, last - 5ms));
  EXPECT_EQ(next(last + LatchWatch::kFresh, last - 5ms), std::nullopt);
}

TEST_F(Watched, RegularLatchesNeedNoSharpLooks) {
  follow(20);
  for (int i = 20; i < 60; ++i) {
    write(k60Hz);
    look(i * k60Hz + 7ms);  // the last look is a refresh ago
  }
  const Nanoseconds last = 60 * k60Hz;
  const auto latch = next(last, last - 4ms);
  ASSERT_TRUE(latch);
  EXPECT_LE(*latch, last + 100us);
  EXPECT_GE(*latch, last - 2ms);
}

TEST_F(Watched, AnotherPhaseIsLearnedAnew) {
  follow(20);
  const Nanoseconds jump = 20 * k60Hz + 8ms;
  look(jump - 1ms);
  write(k60Hz);
  look(jump);
  const auto latch = next(jump, jump);
  ASSERT_TRUE(latch);
  EXPECT_LE(*latch, jump + k60Hz);
  EXPECT_GE(*latch, jump + k60Hz - 1ms);
  EXPECT_EQ(next(jump, jump + 2 * k60Hz), std::nullopt) << "not regular yet";
}

TEST_F(Watched, WhatNoScreenHasLeavesTheRowAsItWas) {
  constexpr Nanoseconds kShortest = 2500us;
  for (int i = -1; i < 40; ++i) {
    write(kShortest);
    look(i * kShortest);
    look((i + 1) * kShortest - 1ms);
  }
  int told = 0;
  for (int i = 0; i < 20; ++i) {  // dated badly, which makes them a little shorter
    const Nanoseconds now = (40 + i) * kShortest + 1500us;
    write(kShortest);
    look(now);
    const auto soon = next(now, now);
    const auto then = soon ? next(now, *soon + 1ns) : std::nullopt;
    if (!then) continue;
    ++told;
    EXPECT_GE(*then - *soon, kShortest) << i;
  }
  EXPECT_GT(told, 0);
}

TEST_F(Watched, AfterAPictureItLooksUntilSomethingIsSaid) {
  write(0ms);
  look(0ms);
  watch_.on_published();
  EXPECT_EQ(watch_.next_look(kStart), std::nullopt) << "nobody has said anything yet";
  write(16ms);
  look(1ms);
  watch_.on_published();
  EXPECT_EQ(watch_.next_look(kStart + 1ms), kStart + 2ms);
  look(2ms);
  EXPECT_EQ(watch_.next_look(kStart + 2ms), kStart + 3ms);
}

TEST_F(Watched, WhatIsRegularIsLookedForUntilItIsSaid) {
  follow(20);
  Nanoseconds at = 20 * k60Hz;
  for (int pictures = 0; pictures < 4; ++pictures) watch_.on_published();
  look(at);
  EXPECT_EQ(watch_.next_look(kStart + at), kStart + at + 1ms);
  write(k60Hz);
  look(at += 1ms);
  EXPECT_EQ(watch_.next_look(kStart + at), std::nullopt);
}

TEST_F(Watched, ASilentReaderCostsFewLooks) {
  follow(20);
  Nanoseconds at = 20 * k60Hz;
  for (int pictures = 0; pictures < 4; ++pictures) watch_.on_published();
  int looks = 0;
  for (; watch_.next_look(kStart + at) && looks < 100; ++looks) look(at += 1ms);
  EXPECT_LE(looks, 6);
}

// Reads when it is asked to, while pictures are handed over and readers say things at their times.
class ReadersOfTheirOwn : public Watched {
 protected:
  struct Reader {
    std::size_t block;
    Nanoseconds refresh;
    Nanoseconds from;
    Nanoseconds until;
    Nanoseconds says = from;
  };
  void play(std::span<Reader> readers, Nanoseconds length) {
    Nanoseconds at{};
    Nanoseconds picture{};
    while (at < length) {
      for (Reader& reader : readers) say(reader, at);
      look(at);
      if (at >= picture) {
        watch_.on_published();
        picture += k60Hz;
      }
      const auto next = watch_.next_look(kStart + at);
      at = next ? std::min(*next - kStart, picture) : picture;
    }
  }

 private:
  // What it has said last before that moment.
  void say(Reader& reader, Nanoseconds at) {
    for (; reader.says < std::min(at, reader.until); reader.says += reader.refresh)
      write(reader.refresh, reader.block);
  }
};

TEST_F(ReadersOfTheirOwn, WhoComesLaterIsLearnedToo) {
  constexpr Nanoseconds k144Hz{6'944'444};
  std::array readers{Reader{.block = 0, .refresh = k60Hz, .from = 1ms, .until = 4s},
                     Reader{.block = 3, .refresh = k144Hz, .from = 2s, .until = 5s}};
  play(readers, 5s);
  // Of the first nothing is left.
  const auto soon = next(5s, 5s + 10ms);
  ASSERT_TRUE(soon);
  const auto then = next(5s, *soon + 1ns);
  ASSERT_TRUE(then);
  EXPECT_NEAR(static_cast<double>((*then - *soon).count()), static_cast<double>(k144Hz.count()),
              100'000);
  const Nanoseconds off = (*soon - 2s) % k144Hz;
  EXPECT_TRUE(off <= 1ms || off >= k144Hz - 1500us) << off.count();
}

// Whatever is written: what comes of it is in time, and near.
TEST_F(Watched, NonsenseDoesNotCarryFar) {
  std::mt19937_64 random(5);
  Nanoseconds at{};
  for (int i = 0; i < 100'000; ++i) {
    at += Nanoseconds(static_cast<std::int64_t>(random() % 3'000'000));
    for (std::size_t reader = 0; reader < 3; ++reader) {
      auto& note = notes_[reader];
      if (random() % 64 == 0) note.token = random() % 3;
      if (random() % 2 == 0) note.serial = static_cast<std::uint32_t>(random());
      const Nanoseconds some = Nanoseconds(static_cast<std::int64_t>(random() % 100'000'001));
      note.in = random() % 2 == 0 ? some : Nanoseconds(static_cast<std::int64_t>(random() % 3));
    }
    look(at);
    if (random() % 8 == 0) watch_.on_published();
    const auto latch = next(at, at);
    if (!latch) continue;
    ASSERT_GE(*latch, at);
    ASSERT_LE(*latch, at + 6 * ring::LatchNote::kLongest);
  }
}

}  // namespace
}  // namespace pierglass::guest
