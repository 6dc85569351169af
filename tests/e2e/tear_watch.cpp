// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/tear_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "tests/e2e/desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {

void expect_whole_frames(const std::function<Picture()>& screenshot,
                         const guest::PatternSpec& pattern, const std::string& name) {
  const char* seconds = std::getenv("PIERGLASS_TEAR_SECONDS");
  const std::chrono::seconds span(seconds != nullptr ? std::atoi(seconds) : 3);
  std::uint32_t last = 0;
  int different = 0;
  (void)wait_until(
      [&] {
        const Picture screen = screenshot();
        const auto number = guest::decode_frame_number(screen.view());
        EXPECT_TRUE(number) << "a torn number";
        if (!number) return true;
        EXPECT_GE(*number, last) << "an older frame came back";
        EXPECT_TRUE(same_picture(screen, pattern_picture(pattern, *number), 0, "torn " + name));
        if (*number != last) ++different;
        last = *number;
        return testing::Test::HasFailure();
      },
      span, std::chrono::milliseconds(1));
  EXPECT_GT(different, 1);
  testing::Test::RecordProperty("screenshots", different);
}

}  // namespace pierglass::test
