// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/lgmp_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace pierglass::compat {
namespace {

constexpr std::uint32_t kSlots = 8;

// A ring whose host acts between any two looks of ours.
class Ring {
 public:
  std::vector<std::uint32_t> scan(std::size_t most = kSlots) {
    std::vector<std::uint32_t> found(most);
    found.resize(ours_in_order(
        kSlots, [this] { return start; }, [this](std::uint32_t slot) { return look(slot); },
        found));
    return found;
  }

  std::array<bool, kSlots> ours{};
  std::uint32_t start = 0;
  std::function<void(int)> after_look = [](int) {};  // of the number
  int looks = 0;

 private:
  bool look(std::uint32_t slot) {
    const bool seen = ours[slot];
    after_look(++looks);
    return seen;
  }
};

using Slots = std::vector<std::uint32_t>;

TEST(LgmpScan, GoesRoundTheRingFromTheOldest) {
  Ring ring;
  ring.start = 6;
  ring.ours[6] = ring.ours[7] = ring.ours[1] = true;
  EXPECT_EQ(ring.scan(), (Slots{6, 7, 1}));
  EXPECT_EQ(ring.scan(2), (Slots{6, 7}));
}

TEST(LgmpScan, AMessageThatComesBehindUsIsNotPassedOver) {
  Ring ring;
  ring.start = 3;
  ring.after_look = [&](int looks) {
    if (looks == 1) ring.ours[3] = ring.ours[4] = true;  // 3 was looked at, 4 was not
  };
  EXPECT_EQ(ring.scan(), (Slots{3, 4}));
}

TEST(LgmpScan, MessagesThatComeWhileWeLookAreNotPassedOver) {
  Ring ring;
  ring.ours[0] = true;
  ring.after_look = [&](int looks) {
    if (looks == 2) ring.ours[1] = ring.ours[2] = true;
  };
  EXPECT_EQ(ring.scan(), (Slots{0, 1, 2}));
}

TEST(LgmpScan, AStartThatMovesBeginsAnew) {
  Ring ring;
  ring.ours[2] = true;
  ring.after_look = [&](int looks) {
    if (looks != 1) return;
    ring.start = 2;
    ring.ours[0] = ring.ours[1] = true;  // a round later
  };
  EXPECT_EQ(ring.scan(), (Slots{2, 0, 1}));
}

TEST(LgmpScan, AHostThatNeverStandsStillHoldsNobody) {
  Ring ring;
  ring.ours[5] = true;
  ring.after_look = [&](int) { ring.start = (ring.start + 1) % kSlots; };
  EXPECT_LE(ring.scan().size(), kSlots);
  EXPECT_LE(ring.looks, 8 * 2 * static_cast<int>(kSlots));
}

}  // namespace
}  // namespace pierglass::compat
