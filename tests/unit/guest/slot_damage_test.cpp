// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/slot_damage.hpp"

#include <gtest/gtest.h>

namespace pierglass::guest {
namespace {

constexpr Size kSize{100, 50};
constexpr Rect kFull = full_rect(kSize);
constexpr Rect kLeft{0, 0, 10, 10};
constexpr Rect kRight{80, 30, 10, 10};

TEST(SlotDamage, ANewSizeOwesEverySlotEverything) {
  SlotDamage slots;
  slots.reset(kSize);
  slots.written(0);
  slots.reset(kSize);
  for (std::uint32_t slot = 0; slot < wire::kMaxSlots; ++slot) {
    ASSERT_EQ(slots.owed(slot).rects().size(), 1u);
    EXPECT_EQ(slots.owed(slot).rects()[0], kFull);
  }
}

TEST(SlotDamage, ASlotOwesAllDamageSinceItWasWritten) {
  SlotDamage slots;
  slots.reset(kSize);
  slots.written(0);
  slots.written(1);
  slots.add({&kLeft, 1});
  slots.written(1);
  slots.add({&kRight, 1});
  EXPECT_EQ(slots.owed(0).area(), kLeft.area() + kRight.area());
  ASSERT_EQ(slots.owed(1).rects().size(), 1u);
  EXPECT_EQ(slots.owed(1).rects()[0], kRight);
  EXPECT_EQ(slots.owed(2).area(), kFull.area());
  slots.written(0);
  EXPECT_TRUE(slots.owed(0).empty());
}

}  // namespace
}  // namespace pierglass::guest
