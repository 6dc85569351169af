// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/guest_news.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pierglass::app {
namespace {

const source::GuestDescription kGuest{.program = "Looking Glass host B7",
                                      .system = "Windows 11",
                                      .machine = "8 cores, AMD Ryzen 7",
                                      .capture = "D12",
                                      .uuid = "01234567-89ab-cdef-0123-456789abcdef"};

TEST(GuestNewsTest, TheTitleNamesSystemMachineProgramAndCapture) {
  EXPECT_EQ(window_title(kGuest, ""),
            "Pierglass: Windows 11 (8 cores, AMD Ryzen 7) - Looking Glass host B7, D12");
  EXPECT_EQ(window_title({.program = "pierglass-guest 0.1.0"}, ""),
            "Pierglass: pierglass-guest 0.1.0");
  EXPECT_EQ(window_title({.system = "Windows 11"}, ""), "Pierglass: Windows 11");
  EXPECT_EQ(window_title({.machine = "8 cores", .capture = "D12"}, ""), "Pierglass: 8 cores - D12");
  EXPECT_EQ(window_title({}, ""), "Pierglass");
}

TEST(GuestNewsTest, TheTitleEndsWithTheNotice) {
  EXPECT_EQ(
      window_title(kGuest, "64 MiB are too few"),
      "Pierglass: Windows 11 (8 cores, AMD Ryzen 7) - Looking Glass host B7, D12 - 64 MiB are "
      "too few");
  EXPECT_EQ(window_title({}, "64 MiB are too few"), "Pierglass: 64 MiB are too few");
}

TEST(GuestNewsTest, ATitleIsShortAndPrintableWhateverTheGuestSays) {
  const std::string all(100'000, 'x');
  const std::string title =
      window_title({.program = all, .system = "Win\x1b[2J\xff dows\n"}, all + "\xc3\xa4");
  EXPECT_LT(title.size(), 700U);
  EXPECT_TRUE(std::ranges::all_of(title, [](char one) { return one >= ' ' && one <= '~'; }));
  EXPECT_TRUE(title.starts_with("Pierglass: Win?[2J? dows? - xxx")) << title;
}

TEST(GuestNewsTest, TheIntroductionHoldsAllThatIsTold) {
  EXPECT_EQ(introduction(kGuest),
            "Looking Glass host B7 on Windows 11 (8 cores, AMD Ryzen 7), capturing with D12, "
            "machine 01234567-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(introduction({.program = "pierglass-guest 0.1.0"}), "pierglass-guest 0.1.0");
  EXPECT_EQ(introduction({.system = "Windows 11"}), "a guest on Windows 11");
  EXPECT_EQ(introduction({}), "");
}

}  // namespace
}  // namespace pierglass::app
