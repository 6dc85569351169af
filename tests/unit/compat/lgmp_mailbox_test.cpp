// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

class LgmpMailbox : public LgmpRig {
 protected:
  static std::vector<std::byte> letter(std::size_t bytes, int from = 1) {
    std::vector<std::byte> data(bytes);
    for (std::size_t i = 0; i < bytes; ++i) data[i] = static_cast<std::byte>(from + int(i));
    return data;
  }
  [[nodiscard]] std::uint32_t places() const { return layout().mailbox.places; }
};

TEST_P(LgmpMailbox, WhatIsSentArrives) {
  LgmpQueue queue = subscribe();
  for (const std::size_t bytes : {0u, 1u, 12u, 63u, 64u}) {
    const auto data = letter(bytes);
    ASSERT_TRUE(queue.send(data));
    const auto mail = host().take_mail(kQueue);
    ASSERT_TRUE(mail);
    ASSERT_EQ(mail->size, bytes);
    EXPECT_TRUE(std::ranges::equal(data, std::span(mail->data).first(bytes)));
    EXPECT_EQ(mail->client_id, is_v6() ? 0 : kMe);
  }
  EXPECT_EQ(field(at().lock), 0u);
  EXPECT_EQ(field(at().mail_lock), 0u);
}

TEST_P(LgmpMailbox, LettersArriveInOrderAllTheWayRound) {
  LgmpQueue queue = subscribe();
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(queue.send(letter(4, i)).value(), std::uint32_t(i + 1));
    const auto mail = host().take_mail(kQueue);
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->data[0], static_cast<std::byte>(i));
  }
}

TEST_P(LgmpMailbox, IsBusyWhenFullAndOpenAgainAfterwards) {
  LgmpQueue queue = subscribe();
  for (std::uint32_t i = 0; i < places(); ++i) ASSERT_TRUE(queue.send(letter(4, int(i))));
  EXPECT_EQ(queue.send(letter(4)).error().code, ErrorCode::Busy);
  EXPECT_EQ(host().take_mail(kQueue)->data[0], std::byte{0});
  EXPECT_TRUE(queue.send(letter(4)));
  EXPECT_EQ(queue.send(letter(4)).error().code, ErrorCode::Busy);
}

TEST_P(LgmpMailbox, TellsWhatTheHostHasActedUpon) {
  LgmpQueue queue = subscribe();
  const std::uint32_t first = queue.send(letter(4)).value();
  const std::uint32_t second = queue.send(letter(4)).value();
  EXPECT_FALSE(queue.acted_upon(first));
  host().acknowledge(kQueue);
  EXPECT_TRUE(queue.acted_upon(first));
  EXPECT_FALSE(queue.acted_upon(second));
  host().acknowledge(kQueue);
  EXPECT_TRUE(queue.acted_upon(second));
}

TEST_P(LgmpMailbox, SerialsMayWrapAround) {
  LgmpQueue queue = subscribe();
  set_field(at().mail_write_serial, ~0u - 1);
  set_field(at().mail_read_serial, ~0u - 1);
  const std::uint32_t last = queue.send(letter(4)).value();
  const std::uint32_t zero = queue.send(letter(4)).value();
  EXPECT_EQ(last, ~0u);
  EXPECT_EQ(zero, 0u);
  EXPECT_FALSE(queue.acted_upon(last));
  EXPECT_FALSE(queue.acted_upon(zero));
  host().acknowledge(kQueue);
  EXPECT_TRUE(queue.acted_upon(last));
  EXPECT_FALSE(queue.acted_upon(zero));
  host().acknowledge(kQueue);
  EXPECT_TRUE(queue.acted_upon(last));
  EXPECT_TRUE(queue.acted_upon(zero));
}

TEST_P(LgmpMailbox, AnImpossibleWritePositionIsCorruptAndNothingIsWritten) {
  LgmpQueue queue = subscribe();
  for (const std::uint32_t position : {places(), places() + 1, 0x8000'0000u, ~0u}) {
    set_field(at().mail_write, position);
    const std::vector<std::byte> before(memory().begin(), memory().end());
    EXPECT_EQ(queue.send(letter(64)).error().code, ErrorCode::Corrupt);
    EXPECT_TRUE(std::ranges::equal(before, memory()));
  }
}

TEST_P(LgmpMailbox, TheLastPlaceIsWrittenAndTheFirstFollows) {
  LgmpQueue queue = subscribe();
  set_field(at().mail_write, places() - 1);
  ASSERT_TRUE(queue.send(letter(64)));
  EXPECT_EQ(host().word(host().mail_at(kQueue, places() - 1) + at().mail_size), 64u);
  EXPECT_EQ(field(at().mail_write), 0u);
}

TEST_P(LgmpMailbox, MorePlacesFreeThanThereAreIsCorrupt) {
  LgmpQueue queue = subscribe();
  for (const std::uint32_t free : {places() + 1, 0x8000'0000u, ~0u}) {
    set_field(at().mail_free, free);
    EXPECT_EQ(queue.send(letter(4)).error().code, ErrorCode::Corrupt);
    EXPECT_EQ(field(at().mail_free), free);
  }
}

TEST_P(LgmpMailbox, WhoIsNotSubscribedCannotSend) {
  LgmpQueue late = subscribe();
  post();
  pass_ms(kMaxTimeMs + 1);
  EXPECT_EQ(late.send(letter(4)).error().code, ErrorCode::Stale);
  LgmpQueue queue = subscribe();
  EXPECT_TRUE(queue.send(letter(4)));
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(queue.send(letter(4)).error().code, ErrorCode::Stale);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpMailbox);

}  // namespace
}  // namespace pierglass::compat
