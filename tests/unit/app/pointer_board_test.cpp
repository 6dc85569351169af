// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pointer_board.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace pierglass::app {
namespace {

// All of it follows from one number.
GuestPointer pointer_of(std::int32_t number) {
  const auto side = static_cast<std::uint32_t>(number);
  return {{number, -number}, number % 2 != 0, {side * 3, side * 5}};
}

TEST(PointerBoard, IsEmptyAtFirst) {
  EXPECT_EQ(PointerBoard().read(), GuestPointer{});
}

TEST(PointerBoard, GivesBackWhatWasWritten) {
  PointerBoard board;
  for (const GuestPointer& pointer : {pointer_of(7), pointer_of(INT32_MAX), GuestPointer{}}) {
    board.write(pointer);
    EXPECT_EQ(board.read(), pointer);
  }
}

TEST(PointerBoard, AReaderNeverSeesHalfOfIt) {
  PointerBoard board;
  board.write(pointer_of(0));
  std::atomic<bool> done{false};
  std::jthread writer([&] {
    for (std::int32_t i = 1; i <= 100'000; ++i) board.write(pointer_of(i));
    done = true;
  });
  std::int32_t last = 0;
  while (!done) {
    const GuestPointer seen = board.read();
    ASSERT_EQ(seen, pointer_of(seen.position.x));
    ASSERT_GE(seen.position.x, last);
    last = seen.position.x;
  }
}

}  // namespace
}  // namespace pierglass::app
