// SPDX-License-Identifier: GPL-2.0-or-later
// Broker, guest and client are killed and started again in every order.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/e2e/broker_desk.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr guest::PatternSpec kPattern{.size = {320, 240}, .mode = guest::PatternMode::Full};
constexpr int kRounds = 50;  // half of them each of the two ways

class KillOrder : public testing::TestWithParam<std::string> {
 protected:
  void kill(char who) {
    if (who == 'B') desk_.kill_broker();
    if (who == 'G') desk_.desk().kill_guest();
    if (who == 'C') desk_.desk().kill_client();
  }
  void start(char who) {
    if (who == 'B') desk_.start_broker();
    if (who == 'G') desk_.start_guest();
    if (who == 'C') desk_.start_client();
  }

  BrokerDesk desk_{kPattern};
};

TEST_P(KillOrder, BringsThePictureBackEachTime) {
  const std::string& order = GetParam();
  for (const char who : order) start(who);
  ASSERT_TRUE(desk_.moves(kPatience));
  const pid_t compositor = desk_.desk().sway().process().pid();
  std::size_t descriptors = 0;
  std::chrono::nanoseconds longest{};
  const auto picture_is_back = [&](int round, const char* way) {
    const auto began = std::chrono::steady_clock::now();
    const auto moving = desk_.moves(kBack);
    const auto shared = moving ? desk_.shares_memory(kBack) : moving;
    longest = std::max(longest, std::chrono::nanoseconds(std::chrono::steady_clock::now() - began));
    if (round == 1) descriptors = std::max(descriptors, open_descriptors(compositor));
    return shared ? shared : testing::AssertionResult(shared) << "\nround " << round << ", " << way;
  };
  for (int round = 0; round < kRounds; round += 2) {
    for (const char who : order) {
      kill(who);
      start(who);
    }
    ASSERT_TRUE(picture_is_back(round, "one after the other"));
    for (const char who : order) kill(who);
    for (const char who : order) start(who);
    ASSERT_TRUE(picture_is_back(round + 1, "all at once"));
  }
  std::fprintf(stderr, "%s: longest %.0f ms\n", order.c_str(),
               std::chrono::duration<double, std::milli>(longest).count());
  EXPECT_TRUE(wait_until([&] { return open_descriptors(compositor) <= descriptors; }, kPatience))
      << open_descriptors(compositor) << " of the compositor where there were " << descriptors;
}
INSTANTIATE_TEST_SUITE_P(EndToEnd, KillOrder,
                         testing::Values("BGC", "BCG", "GBC", "GCB", "CBG", "CGB"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace pierglass::test
