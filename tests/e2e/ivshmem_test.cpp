// SPDX-License-Identifier: GPL-2.0-or-later
// A Linux in QEMU shows its picture through an IVSHMEM device.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "tests/e2e/desk.hpp"
#include "tests/support/ivshmem_machine.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kSize{640, 480};
constexpr PatternSpec kPattern{.size = kSize, .mode = PatternMode::Full};

class MachineWith : public testing::TestWithParam<std::string> {
 protected:
  const std::string& renderer() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, MachineWith, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

TEST_P(MachineWith, IsShownThroughAPlainDeviceByPolling) {
  Desk desk(kSize);
  desk.start_client(renderer());
  IvshmemMachine machine(desk.lab(), plain_device(desk.memory(), kMemoryBytes));
  machine.run_feed({"--size", "640x480", "--rate", "20", "--frames", "60", "--on-request"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 3; ++i) {
    number = desk.shows_moving(kPattern, number);
    ASSERT_TRUE(number) << machine.console();
  }
  ASSERT_TRUE(desk.shows(pattern_picture(kPattern, 60), 0, renderer() + " last of the machine"));
  machine.signal_feed(SIGUSR1);
  EXPECT_TRUE(desk.shows(pattern_picture(kPattern, 61), 0, renderer() + " one on request"));
  EXPECT_EQ(machine.feed_ended(), std::nullopt) << machine.console();
  desk.expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
