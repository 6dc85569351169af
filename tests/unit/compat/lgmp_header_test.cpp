// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

class LgmpHeaderTest : public LgmpRig {};

TEST_P(LgmpHeaderTest, TellsVersionSessionAndTime) {
  pass_ms(500);
  const auto header = read_lgmp_header(memory(), layout());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, layout().version);
  EXPECT_EQ(header->session, host().word(at().session));
  EXPECT_EQ(header->timestamp, 501u);
}

TEST_P(LgmpHeaderTest, IsNotThereWithoutTheMagicNumber) {
  for (const std::uint32_t magic : {0u, kLgmpMagic - 1, kLgmpMagic + 1, ~0u}) {
    host().set_word(at().magic, magic);
    EXPECT_FALSE(read_lgmp_header(memory(), layout()));
  }
}

TEST_P(LgmpHeaderTest, IsNotThereInMemoryTooSmallForIt) {
  EXPECT_FALSE(read_lgmp_header({}, layout()));
  EXPECT_FALSE(read_lgmp_header(memory().first(layout().header.bytes - 1), layout()));
  EXPECT_TRUE(read_lgmp_header(memory().first(layout().header.bytes), layout()));
}

TEST_P(LgmpHeaderTest, OfAnotherVersionIsNotMistakenForThisOne) {
  for (const Dialect* other : dialects()) {
    EXPECT_EQ(read_lgmp_header(memory(), other->lgmp).has_value(), other == GetParam());
  }
}

TEST_P(LgmpHeaderTest, UserDataIsCopiedWhole) {
  std::vector<std::byte> data(133);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i);
  const LgmpHost host(memory(), version(), data);
  const auto copy = copy_user_data(memory(), layout(), 1000);
  ASSERT_TRUE(copy);
  EXPECT_EQ(*copy, data);
}

TEST_P(LgmpHeaderTest, UserDataMayBeNone) {
  const auto copy = copy_user_data(memory(), layout(), 1000);
  ASSERT_TRUE(copy);
  EXPECT_TRUE(copy->empty());
}

TEST_P(LgmpHeaderTest, UserDataUpToTheLimitAndTheMemorysEndIsTaken) {
  const auto room = static_cast<std::uint32_t>(kMemoryBytes) - layout().header.user_data;
  host().set_word(at().user_size, room);
  EXPECT_TRUE(copy_user_data(memory(), layout(), room));
  EXPECT_EQ(copy_user_data(memory(), layout(), room - 1).error().code, ErrorCode::Corrupt);
  for (const std::uint32_t size : {room + 1, 0x8000'0000u, ~0u}) {
    host().set_word(at().user_size, size);
    EXPECT_EQ(copy_user_data(memory(), layout(), ~0u).error().code, ErrorCode::Corrupt);
  }
}

TEST_P(LgmpHeaderTest, UserDataNeedsMemoryForTheHeader) {
  EXPECT_EQ(copy_user_data(memory().first(64), layout(), 1000).error().code, ErrorCode::Corrupt);
}

TEST_P(LgmpHeaderTest, ClientIdsAreNeverZeroAndDiffer) {
  const std::uint32_t first = choose_client_id(memory(), layout());
  const std::uint32_t second = choose_client_id(memory(), layout());
  EXPECT_NE(first, 0u);
  EXPECT_NE(second, 0u);
  EXPECT_NE(first, second);
}

TEST_P(LgmpHeaderTest, ClientIdsComeFromTheHostsCounterWhereThereIsOne) {
  if (is_v6()) {
    const std::vector<std::byte> before(memory().begin(), memory().end());
    static_cast<void>(choose_client_id(memory(), layout()));
    EXPECT_TRUE(std::ranges::equal(before, memory()));
    return;
  }
  host().set_word(at().next_client_id, 41);
  EXPECT_EQ(choose_client_id(memory(), layout()), 42u);
  EXPECT_EQ(host().word(at().next_client_id), 42u);
  host().set_word(at().next_client_id, ~0u);
  EXPECT_EQ(choose_client_id(memory(), layout()), 1u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpHeaderTest);

}  // namespace
}  // namespace pierglass::compat
