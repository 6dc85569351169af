// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/address.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace pierglass::ivshmem {
namespace {

using Places = std::vector<std::string>;

TEST(SocketPlaces, OfAPathAreThatPathAlone) {
  EXPECT_EQ(*socket_places("/srv/vm.sock"), Places{"/srv/vm.sock"});
  EXPECT_EQ(*socket_places("./vm"), Places{"./vm"});
}

TEST(SocketPlaces, OfANameAreTheUsersOwnFolderBeforeTheMachines) {
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  EXPECT_EQ(*socket_places("win11"), (Places{"/run/user/7/pierglass-broker/win11.sock",
                                             "/run/pierglass-broker/win11.sock"}));
}

TEST(SocketPlaces, OfANameAreTheMachinesAloneWithoutARuntimeFolder) {
  for (const char* folder : {"", "relative/folder"}) {
    setenv("XDG_RUNTIME_DIR", folder, 1);
    EXPECT_EQ(*socket_places("win11"), Places{"/run/pierglass-broker/win11.sock"}) << folder;
  }
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(*socket_places("win11"), Places{"/run/pierglass-broker/win11.sock"});
  EXPECT_FALSE(user_folder());
}

TEST(SocketPlaces, OfAnythingElseThereAreNone) {
  for (const char* bad : {"", ".hidden", "a b", "ä"}) {
    const auto places = socket_places(bad);
    ASSERT_FALSE(places) << bad;
    EXPECT_EQ(places.error().code, ErrorCode::InvalidArgument);
  }
}

}  // namespace
}  // namespace pierglass::ivshmem
