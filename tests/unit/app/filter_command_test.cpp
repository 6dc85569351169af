// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/filter_command.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pierglass::app {
namespace {

using input::Command;
using pixel::Filter;

TEST(FilterCommand, EachNamesItsFilterWhateverTheLastOneWas) {
  for (std::uint8_t i = 0; i < pixel::kFilterCount; ++i) {
    const auto filter = static_cast<Filter>(i);
    const auto command = input::command_named("filter-" + std::string(pixel::name(filter)));
    ASSERT_TRUE(command) << pixel::name(filter);
    EXPECT_EQ(filter_of(*command, Filter::Auto), filter);
    EXPECT_EQ(filter_of(*command, Filter::Lanczos), filter);
  }
}

TEST(FilterCommand, TheNextOneGoesRound) {
  EXPECT_EQ(filter_of(Command::NextFilter, Filter::Auto), Filter::Nearest);
  EXPECT_EQ(filter_of(Command::NextFilter, Filter::Nearest), Filter::Bilinear);
  EXPECT_EQ(filter_of(Command::NextFilter, Filter::Bilinear), Filter::Sharp);
  EXPECT_EQ(filter_of(Command::NextFilter, Filter::Sharp), Filter::Lanczos);
  EXPECT_EQ(filter_of(Command::NextFilter, Filter::Lanczos), Filter::Auto);
}

TEST(FilterCommand, AllOthersAskForSomethingElse) {
  for (std::uint8_t i = 0; i < input::kCommandCount; ++i) {
    const auto command = static_cast<Command>(i);
    const bool filters = input::name(command).find("filter") != std::string_view::npos;
    EXPECT_EQ(filter_of(command, Filter::Sharp).has_value(), filters) << input::name(command);
  }
}

}  // namespace
}  // namespace pierglass::app
