// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/input_setup.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace pierglass::app {
namespace {

std::vector<std::string> texts(const std::vector<spice::Address>& addresses) {
  std::vector<std::string> all;
  for (const spice::Address& address : addresses) all.push_back(spice::to_text(address));
  return all;
}

using Texts = std::vector<std::string>;

TEST(InputSetup, AnAddressIsTheOnlyOne) {
  const InputOptions options{.spice = SpiceChoice::At, .spice_address = {.path = "/run/vm.spice"}};
  EXPECT_EQ(texts(spice_addresses(options, "vm")), (Texts{"unix:/run/vm.spice"}));
}

TEST(InputSetup, WithNoneThereIsNone) {
  EXPECT_TRUE(spice_addresses({.spice = SpiceChoice::None}, "vm").empty());
}

TEST(InputSetup, ByItselfTheSocketOfTheNameComesFirstThenTheUsualPort) {
  setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  EXPECT_EQ(texts(spice_addresses({}, "vm")),
            (Texts{"unix:/run/user/1/pierglass/vm.spice", "127.0.0.1:5900"}));
}

TEST(InputSetup, WithoutARuntimeFolderThereIsTheUsualPort) {
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(texts(spice_addresses({}, "vm")), (Texts{"127.0.0.1:5900"}));
}

// Socket paths are shorter than others may be.
TEST(InputSetup, WithoutRoomForTheSocketsPathThereIsTheUsualPort) {
  setenv("XDG_RUNTIME_DIR", ("/" + std::string(80, 'x')).c_str(), 1);
  EXPECT_EQ(texts(spice_addresses({}, std::string(64, 'n'))), (Texts{"127.0.0.1:5900"}));
}

}  // namespace
}  // namespace pierglass::app
