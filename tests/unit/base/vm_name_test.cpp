// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/vm_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pierglass {
namespace {

TEST(VmName, IsFitForFiles) {
  for (const char* good : {"win11", "Win_11.old-2", "a", "a-", "_."}) {
    EXPECT_TRUE(is_vm_name(good)) << good;
  }
  EXPECT_TRUE(is_vm_name(std::string(64, 'x')));
  for (const char* bad :
       {"", ".", "..", ".hidden", "-", "-x", "--help", "a/b", "a b", "a\n", "ü"}) {
    EXPECT_FALSE(is_vm_name(bad)) << bad;
  }
  EXPECT_FALSE(is_vm_name(std::string(65, 'x')));
}

}  // namespace
}  // namespace pierglass
