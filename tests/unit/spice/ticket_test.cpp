// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/ticket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/spice_bytes.hpp"

namespace pierglass::spice {
namespace {

PublicKey good_key() {
  PublicKey out{};
  std::ranges::copy(test::spice_public_key(), out.begin());
  return out;
}

TEST(TicketTest, TheOwnerOfTheKeyReadsThePassword) {
  for (const std::string& password : {std::string(), std::string("x"), std::string(60, 'p')}) {
    const auto ticket = encrypt_ticket(good_key(), password);
    ASSERT_TRUE(ticket);
    EXPECT_EQ(test::spice_decrypt(*ticket), password + '\0');
  }
}

TEST(TicketTest, NoTwoAreTheSame) {
  EXPECT_NE(*encrypt_ticket(good_key(), "a"), *encrypt_ticket(good_key(), "a"));
}

TEST(TicketTest, APasswordThatNoServerCanHaveIsRefused) {
  for (const std::string& password : {std::string(61, 'p'), std::string("a\0b", 3)}) {
    const auto ticket = encrypt_ticket(good_key(), password);
    ASSERT_FALSE(ticket);
    EXPECT_EQ(ticket.error().code, ErrorCode::InvalidArgument);
    EXPECT_FALSE(check_password(password));
  }
}

TEST(TicketTest, AKeyThatIsNoneIsCorrupt) {
  PublicKey half = good_key();
  std::fill(half.begin() + 20, half.end(), std::byte{0});
  PublicKey other_algorithm = good_key();
  other_algorithm[14] ^= std::byte{1};
  for (const PublicKey& key : {PublicKey{}, half, other_algorithm}) {
    const auto ticket = encrypt_ticket(key, "secret");
    ASSERT_FALSE(ticket);
    EXPECT_EQ(ticket.error().code, ErrorCode::Corrupt);
  }
}

}  // namespace
}  // namespace pierglass::spice
