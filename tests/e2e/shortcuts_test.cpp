// SPDX-License-Identifier: GPL-2.0-or-later
// The desktop's own keys, pointer and workspaces beside a captured keyboard and mouse.
#include <gtest/gtest.h>

#include "tests/e2e/key_desk.hpp"

namespace pierglass::test {
namespace {}  // namespace
}  // namespace pierglass::test
