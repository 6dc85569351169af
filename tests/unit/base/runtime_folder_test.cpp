// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/runtime_folder.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace pierglass {
namespace {

TEST(RuntimeFolder, IsAnAbsolutePathOrNothing) {
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  EXPECT_EQ(user_runtime_folder(), "/run/user/7");
  for (const char* folder : {"", "relative/folder"}) {
    setenv("XDG_RUNTIME_DIR", folder, 1);
    EXPECT_FALSE(user_runtime_folder()) << folder;
  }
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_FALSE(user_runtime_folder());
}

}  // namespace
}  // namespace pierglass
