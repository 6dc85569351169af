// SPDX-License-Identifier: GPL-2.0-or-later
// The rules that the test host keeps, seen by a reader that writes the words itself.
#include "tests/support/lgmp_host.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/support/lgmp_host_raw.hpp"

namespace pierglass::test {
namespace {

using Posted = LgmpHost::Posted;

class LgmpHostOf : public testing::TestWithParam<LgmpVersion> {
 protected:
  static constexpr std::size_t kBytes = 64 * 1024;

  LgmpHostOf() : memory_(kBytes / 8) { begin(); }

  void begin() {
    host_ = std::make_unique<LgmpHost>(bytes(), GetParam(), user_, [this] { return now_; });
    queue_ = host_->create_queue(7, kDepth);
    other_ = host_->create_queue(8, kDepth);
    payload_ = host_->allocate(100);
  }
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(memory_)); }
  [[nodiscard]] const LgmpOffsets& at() const { return host_->offsets(); }
  [[nodiscard]] std::uint64_t pending_at(std::uint32_t slot) const {
    return host_->message_at(queue_, slot) + at().pending;
  }
  // As a reader does it, in the place `place` of a queue.
  void subscribe(std::size_t queue, std::uint32_t place, std::uint32_t id) {
    host_->set_word(host_->queue_at(queue) + at().client_ids + 4 * place, id);
    host_->set_readers(queue, host_->readers_on(queue) | 1U << place, host_->readers_bad(queue));
    host_->set_word(host_->queue_at(queue) + at().new_readers, 1);
  }
  void finish(std::uint32_t slot, std::uint32_t place) {
    host_->set_word(pending_at(slot), host_->word(pending_at(slot)) & ~(1U << place));
  }

  static constexpr std::uint32_t kDepth = 4;
  std::vector<std::uint64_t> memory_;
  std::uint64_t now_ = 1;
  std::vector<std::byte> user_ = std::vector<std::byte>(61, std::byte{0x2a});
  std::unique_ptr<LgmpHost> host_;
  std::size_t queue_ = 0;
  std::size_t other_ = 0;
  LgmpHost::Allocation payload_;
};
INSTANTIATE_TEST_SUITE_P(Versions, LgmpHostOf, testing::Values(LgmpVersion::V6, LgmpVersion::V12),
                         [](const auto& one) {
                           return one.param == LgmpVersion::V6 ? "v6" : "v12";
                         });

TEST_P(LgmpHostOf, TheHeaderHoldsWhatAReaderLooksFor) {
  EXPECT_EQ(host_->word(at().magic), lgmp::kMagic);
  EXPECT_EQ(host_->word(at().version), GetParam() == LgmpVersion::V6 ? 6U : 12U);
  EXPECT_EQ(host_->word(at().queue_count), 2U);
  EXPECT_EQ(host_->word(at().user_size), user_.size());
  EXPECT_EQ(std::memcmp(bytes().data() + at().user_data, user_.data(), user_.size()), 0);
  const std::uint32_t slots = host_->word(host_->queue_at(queue_) + at().slots);
  EXPECT_EQ(slots, GetParam() == LgmpVersion::V6 ? kDepth + 1 : kDepth);
  EXPECT_EQ(host_->word(host_->queue_at(other_) + at().id), 8U);
  EXPECT_GE(payload_.offset, at().header_bytes + user_.size());
}

TEST_P(LgmpHostOf, AnotherSessionHasAnotherNumberAndNoReaders) {
  const std::uint32_t before = host_->word(at().session);
  subscribe(queue_, 0, 5);
  begin();
  EXPECT_NE(host_->word(at().session), before);
  EXPECT_FALSE(host_->has_readers(queue_));
}

TEST_P(LgmpHostOf, SizeAndOffsetOfAnAllocationAreRoundedUp) {
  const auto allocation = host_->allocate(4097, 4096);
  EXPECT_EQ(allocation.offset % 4096, 0U);
  EXPECT_EQ(allocation.bytes, 8192U);
  EXPECT_THROW(host_->allocate(kBytes), std::runtime_error);
}

TEST_P(LgmpHostOf, MessagesWithoutReadersDoNotStay) {
  EXPECT_EQ(host_->post(queue_, 1, payload_), Posted::NoReader);
  host_->process();
  EXPECT_EQ(host_->pending(queue_), 0U);
}

TEST_P(LgmpHostOf, AMessageCarriesFlagsSizeAndOffset) {
  subscribe(queue_, 3, 5);
  EXPECT_EQ(host_->take_new_readers(queue_), 1U);
  EXPECT_EQ(host_->take_new_readers(queue_), 0U);
  ASSERT_EQ(host_->post(queue_, 0x11, payload_), Posted::Posted);
  const std::uint32_t slot = host_->message_at(queue_, 0);
  EXPECT_EQ(host_->word(slot + at().flags), 0x11U);
  EXPECT_EQ(host_->word(slot + at().size), payload_.bytes);
  EXPECT_EQ(host_->word(slot + at().offset), payload_.offset);
  EXPECT_EQ(host_->word(slot + at().pending), 1U << 3);
  EXPECT_EQ(host_->word(host_->queue_at(queue_) + at().position), 1U);
}

TEST_P(LgmpHostOf, AFullQueueTakesNoMoreUntilAReaderHasFinished) {
  subscribe(queue_, 0, 5);
  for (std::uint32_t i = 0; i < kDepth; ++i)
    EXPECT_EQ(host_->post(queue_, i, payload_), Posted::Posted);
  EXPECT_EQ(host_->post(queue_, 9, payload_), Posted::Full);
  finish(0, 0);
  host_->process();
  EXPECT_EQ(host_->pending(queue_), kDepth - 1);
  EXPECT_EQ(host_->post(queue_, 9, payload_), Posted::Posted);
}

TEST_P(LgmpHostOf, AReaderThatHoldsAMessageForTooLongIsMarked) {
  subscribe(queue_, 2, 5);
  subscribe(other_, 1, 5);
  subscribe(other_, 0, 6);
  ASSERT_EQ(host_->post(queue_, 0, payload_), Posted::Posted);
  now_ += 1000;
  host_->process();
  EXPECT_EQ(host_->readers_bad(queue_), 0U);
  now_ += 1;
  host_->process();
  EXPECT_EQ(host_->readers_bad(queue_), 1U << 2);
  EXPECT_EQ(host_->readers_on(queue_), 1U << 2);
  EXPECT_EQ(host_->pending(queue_), 0U);
  EXPECT_EQ(host_->readers_timed_out(), 1U);
  EXPECT_EQ(host_->word64(host_->queue_at(queue_) + at().timeouts + 16), now_ + 1000);
  // Version 12 drops the same reader from all queues.
  EXPECT_EQ(host_->readers_bad(other_), GetParam() == LgmpVersion::V6 ? 0U : 1U << 1);
  EXPECT_EQ(host_->post(queue_, 0, payload_), Posted::NoReader);
  EXPECT_TRUE(host_->has_readers(queue_));
}

TEST_P(LgmpHostOf, EachMessageHasItsOwnTime) {
  subscribe(queue_, 0, 5);
  ASSERT_EQ(host_->post(queue_, 0, payload_), Posted::Posted);
  ASSERT_EQ(host_->post(queue_, 1, payload_), Posted::Posted);
  now_ += 900;
  finish(0, 0);
  host_->process();
  now_ += 900;
  host_->process();
  EXPECT_EQ(host_->readers_bad(queue_), 0U) << "the second message's time began with retirement";
  now_ += 200;
  host_->process();
  EXPECT_EQ(host_->readers_bad(queue_), 1U);
}

TEST_P(LgmpHostOf, FinishedMessagesAtTheTailMakeRoomInVersion12Only) {
  subscribe(queue_, 0, 5);
  ASSERT_EQ(host_->post(queue_, 0, payload_), Posted::Posted);
  ASSERT_EQ(host_->post(queue_, 1, payload_), Posted::Posted);
  finish(1, 0);
  host_->process();
  const bool v6 = GetParam() == LgmpVersion::V6;
  EXPECT_EQ(host_->pending(queue_), v6 ? 2U : 1U);
  EXPECT_EQ(host_->word(host_->queue_at(queue_) + at().position), v6 ? 2U : 1U);
}

TEST_P(LgmpHostOf, TheTimestampFollowsTheClock) {
  const std::uint64_t before = host_->word64(at().timestamp);
  now_ += 249;
  host_->process();
  EXPECT_EQ(host_->word64(at().timestamp), GetParam() == LgmpVersion::V6 ? now_ : before);
  now_ += 1;
  host_->process();
  EXPECT_EQ(host_->word64(at().timestamp), now_);
}

TEST_P(LgmpHostOf, MailIsTakenInOrderAndItsSizeBounded) {
  const std::uint32_t queue = host_->queue_at(queue_);
  subscribe(queue_, 0, 0);
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::uint32_t place = host_->mail_at(queue_, i);
    host_->set_word(place + at().mail_size, i == 0 ? 12 : 0xffffffff);
    host_->set_word(place + at().mail_data, 40 + i);
  }
  host_->set_word(queue + at().mail_free, at().mails - 2);
  const auto first = host_->take_mail(queue_);
  const auto second = host_->take_mail(queue_);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size, 12U);
  EXPECT_EQ(std::to_integer<int>(first->data[0]), 40);
  EXPECT_EQ(second->size, 0xffffffffU);
  EXPECT_EQ(std::to_integer<int>(second->data[0]), 41);
  EXPECT_FALSE(host_->take_mail(queue_));
  EXPECT_EQ(host_->word(queue + at().mail_read_serial), 0U);
  host_->acknowledge(queue_);
  EXPECT_EQ(host_->word(queue + at().mail_read_serial), 1U);
}

TEST_P(LgmpHostOf, MailOfNobodyIsDroppedInVersion12) {
  const std::uint32_t queue = host_->queue_at(queue_);
  const bool drops = GetParam() == LgmpVersion::V12;
  subscribe(queue_, 1, 5);
  subscribe(queue_, 2, 6);
  host_->set_readers(queue_, 0b110, 0b100);
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t place = host_->mail_at(queue_, i);
    host_->set_word(place + at().mail_size, i);
    if (drops) host_->set_word(place + at().mail_client, 4 + i);
  }
  host_->set_word(queue + at().mail_free, at().mails - 4);
  EXPECT_EQ(host_->take_mail(queue_)->size, drops ? 1U : 0U);
  EXPECT_EQ(host_->word(queue + at().mail_read_serial), drops ? 1U : 0U);
  EXPECT_EQ(host_->take_mail(queue_).has_value(), !drops) << "6 is BAD, 7 was never there";
  EXPECT_EQ(host_->word(queue + at().mail_read_serial), drops ? 3U : 0U);
  EXPECT_EQ(host_->word(queue + at().mail_free), drops ? at().mails : at().mails - 2);
}

TEST_P(LgmpHostOf, WordsThatReadersRuinedDoNotHurtTheHost) {
  subscribe(queue_, 0, 5);
  host_->set_word(host_->queue_at(queue_) + at().start, 0xfffffff0);
  host_->set_word(host_->queue_at(queue_) + at().count, 0xffffffff);
  host_->process();
  EXPECT_NE(host_->post(queue_, 0, payload_), Posted::NoReader);
  now_ += 5000;
  host_->process();
  EXPECT_LE(host_->pending(queue_), kDepth);
}

TEST_P(LgmpHostOf, ALockHeldByTheDeadIsGivenUpOn) {
  subscribe(queue_, 0, 5);
  host_->hold_lock(queue_);
  EXPECT_EQ(host_->post(queue_, 0, payload_), Posted::Full);
  host_->release_lock(queue_);
  EXPECT_EQ(host_->post(queue_, 0, payload_), Posted::Posted);
}

TEST(LgmpHostMistakes, AreRefused) {
  std::vector<std::uint64_t> memory(700);  // 5600 bytes: less than a header
  const auto small = std::as_writable_bytes(std::span(memory));
  EXPECT_THROW(LgmpHost(small, LgmpVersion::V6, {}), std::runtime_error);
  memory.resize(8192);
  LgmpHost host(std::as_writable_bytes(std::span(memory)), LgmpVersion::V12, {});
  EXPECT_THROW(host.create_queue(1, 3), std::runtime_error);
}

}  // namespace
}  // namespace pierglass::test
