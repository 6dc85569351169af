// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/input_script.hpp"

namespace pierglass::test {
namespace {

TEST(RouterProperty, NoScriptOfEventsBreaksARule) {
  constexpr std::uint32_t kScripts = 10'000;
  InputScript::Seen seen;
  for (std::uint32_t seed = 1; seed <= kScripts; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(100 + random() % 500);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    InputScript script(bytes);
    ASSERT_EQ(script.play(), "") << "seed " << seed;
    seen.pressed_in_guest += script.seen().pressed_in_guest;
    seen.released_by_loss += script.seen().released_by_loss;
    seen.captured += script.seen().captured;
    seen.chords += script.seen().chords;
    seen.taps += script.seen().taps;
    seen.moves += script.seen().moves;
  }
  std::printf(
      "seeds 1 to %u: %d keys pressed in the guest, %d losses with something pressed, "
      "%d captures, %d chords, %d taps, %d movements\n",
      kScripts, seen.pressed_in_guest, seen.released_by_loss, seen.captured, seen.chords, seen.taps,
      seen.moves);
  // Else the scripts would prove little.
  EXPECT_GT(seen.pressed_in_guest, 10'000);
  EXPECT_GT(seen.released_by_loss, 5'000);
  EXPECT_GT(seen.captured, 3'000);
  EXPECT_GT(seen.chords, 3'000);
  EXPECT_GT(seen.taps, 1'000);
  EXPECT_GT(seen.moves, 5'000);
}

}  // namespace
}  // namespace pierglass::test
