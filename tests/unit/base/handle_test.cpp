// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/handle.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>
#include <vector>

namespace pierglass {
namespace {

std::vector<int> closed;

struct CountedTraits {
  using Value = int;
  static constexpr int invalid() { return -1; }
  static void close(int value) noexcept { closed.push_back(value); }
};
using Counted = Handle<CountedTraits>;

static_assert(!std::is_copy_constructible_v<Counted> && !std::is_copy_assignable_v<Counted>);
static_assert(std::is_nothrow_move_constructible_v<Counted>);

class HandleTest : public testing::Test {
 protected:
  void SetUp() override { closed.clear(); }
};

TEST_F(HandleTest, ClosesOnceAtTheEndOfItsLife) {
  {
    const Counted handle(7);
  }
  EXPECT_EQ(closed, std::vector{7});
}

TEST_F(HandleTest, AnEmptyHandleClosesNothing) {
  {
    const Counted handle;
    EXPECT_FALSE(handle);
  }
  EXPECT_TRUE(closed.empty());
}

TEST_F(HandleTest, MovingPassesOwnershipOn) {
  {
    Counted from(7);
    const Counted to(std::move(from));
    EXPECT_EQ(to.get(), 7);
    EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is under test
    EXPECT_TRUE(closed.empty());
  }
  EXPECT_EQ(closed, std::vector{7});
}

TEST_F(HandleTest, MoveAssignmentClosesTheOldValue) {
  Counted handle(7);
  handle = Counted(8);
  EXPECT_EQ(closed, std::vector{7});
  EXPECT_EQ(handle.get(), 8);
}

TEST_F(HandleTest, AssigningToItselfKeepsTheValue) {
  Counted handle(7);
  Counted& same = handle;
  handle = std::move(same);
  EXPECT_EQ(handle.get(), 7);
  EXPECT_TRUE(closed.empty());
}

TEST_F(HandleTest, ReleaseGivesOwnershipToTheCaller) {
  {
    Counted handle(7);
    EXPECT_EQ(handle.release(), 7);
  }
  EXPECT_TRUE(closed.empty());
}

TEST_F(HandleTest, ResetClosesAndMayTakeAnother) {
  Counted handle(7);
  handle.reset(8);
  handle.reset();
  EXPECT_EQ(closed, (std::vector{7, 8}));
}

}  // namespace
}  // namespace pierglass
