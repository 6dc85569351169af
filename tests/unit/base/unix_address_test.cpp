// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/unix_address_linux.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pierglass {
namespace {

TEST(UnixAddress, IsThePathAndAZeroAfterIt) {
  const sockaddr_un address = unix_address("/run/a.sock").value_or(sockaddr_un{});
  EXPECT_EQ(address.sun_family, AF_UNIX);
  EXPECT_STREQ(address.sun_path, "/run/a.sock");
}

TEST(UnixAddress, HasRoomForAPathOfOneHundredAndSevenBytes) {
  const std::string longest(kMaxUnixPath, 'x');
  ASSERT_EQ(longest.size(), 107U);
  const sockaddr_un address = unix_address(longest).value_or(sockaddr_un{});
  EXPECT_EQ(std::string(address.sun_path), longest);
  EXPECT_FALSE(unix_address(longest + "x"));
}

TEST(UnixAddress, IsNeitherAnUnnamedNorAnAbstractOne) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view bad : {""sv, "\0name"sv, "/run/a\0b"sv}) {
    EXPECT_FALSE(unix_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace pierglass
