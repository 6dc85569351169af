// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/tearing_command.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

namespace pierglass::app {
namespace {

using input::Command;

TEST(TearingCommand, OnAndOffMeanThatWhateverThereIs) {
  for (const bool now : {false, true}) {
    EXPECT_EQ(tearing_of(Command::TearingOn, now), true);
    EXPECT_EQ(tearing_of(Command::TearingOff, now), false);
    EXPECT_EQ(tearing_of(Command::ToggleTearing, now), !now);
  }
}

TEST(TearingCommand, AllOthersAskForSomethingElse) {
  for (std::uint8_t i = 0; i < input::kCommandCount; ++i) {
    const auto command = static_cast<Command>(i);
    const bool tears = input::name(command).find("tearing") != std::string_view::npos;
    EXPECT_EQ(tearing_of(command, false).has_value(), tears) << input::name(command);
  }
}

}  // namespace
}  // namespace pierglass::app
