// SPDX-License-Identifier: GPL-2.0-or-later
// The reader's tables against the test host's records, which were written down independently.
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

class LgmpDialect : public testing::TestWithParam<const Dialect*> {
 protected:
  const LgmpLayout& reader_ = GetParam()->lgmp;
  const LgmpOffsets& host_ = pierglass::test::lgmp_offsets(LgmpVersion{reader_.version});
};

TEST_P(LgmpDialect, HeadersAreTheHostsOwn) {
  const LgmpHeaderLayout& header = reader_.header;
  EXPECT_EQ(header.magic, host_.magic);
  EXPECT_EQ(header.version, host_.version);
  EXPECT_EQ(header.session, host_.session);
  EXPECT_EQ(header.timestamp, host_.timestamp);
  EXPECT_EQ(header.queue_count, host_.queue_count);
  EXPECT_EQ(header.next_client_id, host_.next_client_id);
  EXPECT_EQ(header.user_size, host_.user_size);
  EXPECT_EQ(header.user_data, host_.user_data);
  EXPECT_EQ(header.bytes, host_.header_bytes);
}

TEST_P(LgmpDialect, QueuesAreTheHostsOwn) {
  const LgmpQueueLayout& queue = reader_.queue;
  EXPECT_EQ(queue.first, host_.first_queue);
  EXPECT_EQ(queue.stride, host_.queue_bytes);
  EXPECT_EQ(queue.limit, host_.queues);
  EXPECT_EQ(queue.id, host_.id);
  EXPECT_EQ(queue.ring_slots, host_.slots);
  EXPECT_EQ(queue.ring, host_.ring);
  EXPECT_EQ(queue.position, host_.position);
  EXPECT_EQ(queue.start, host_.start);
  EXPECT_EQ(queue.count, host_.count);
  EXPECT_EQ(queue.message_timeout, host_.message_timeout);
  EXPECT_EQ(queue.max_time, host_.max_time);
  EXPECT_EQ(queue.lock, host_.lock);
  EXPECT_EQ(queue.subscribers, host_.readers);
  EXPECT_EQ(queue.new_subscribers, host_.new_readers);
  EXPECT_EQ(queue.client_ids, host_.client_ids);
  EXPECT_EQ(queue.timeouts, host_.timeouts);
  EXPECT_EQ(queue.subscriber_limit, host_.reader_places);
  EXPECT_EQ(queue.subscriber_bits, host_.reader_bits);
}

TEST_P(LgmpDialect, MessagesAreTheHostsOwn) {
  const LgmpMessageLayout& message = reader_.message;
  EXPECT_EQ(message.bytes, host_.message_bytes);
  EXPECT_EQ(message.flags, host_.flags);
  EXPECT_EQ(message.flags_bytes, host_.flags_bytes);
  EXPECT_EQ(message.size, host_.size);
  EXPECT_EQ(message.offset, host_.offset);
  EXPECT_EQ(message.pending, host_.pending);
}

TEST_P(LgmpDialect, MailboxesAreTheHostsOwn) {
  const LgmpMailboxLayout& mailbox = reader_.mailbox;
  EXPECT_EQ(mailbox.lock, host_.mail_lock);
  EXPECT_EQ(mailbox.free, host_.mail_free);
  EXPECT_EQ(mailbox.write_position, host_.mail_write);
  EXPECT_EQ(mailbox.write_serial, host_.mail_write_serial);
  EXPECT_EQ(mailbox.read_serial, host_.mail_read_serial);
  EXPECT_EQ(mailbox.first, host_.mail);
  EXPECT_EQ(mailbox.stride, host_.mail_bytes);
  EXPECT_EQ(mailbox.places, host_.mails);
  EXPECT_EQ(mailbox.size, host_.mail_size);
  EXPECT_EQ(mailbox.client_id, host_.mail_client);
  EXPECT_EQ(mailbox.data, host_.mail_data);
}

// What lets the reader use any of these words without looking again.
TEST_P(LgmpDialect, TablesLieInTheHeaderAndInThemselves) {
  const auto& [version, header, queue, message, mailbox, finish_under_lock] = reader_;
  EXPECT_LE(queue.first + queue.stride * queue.limit, header.bytes);
  EXPECT_LE(queue.client_ids + 4 * queue.subscriber_limit, queue.stride);
  EXPECT_LE(queue.timeouts + 8 * queue.subscriber_limit, queue.stride);
  EXPECT_LE(queue.subscriber_limit, queue.subscriber_bits);
  EXPECT_LE(mailbox.first + mailbox.stride * mailbox.places, queue.stride);
  EXPECT_LE(mailbox.data + kMailboxDataBytes, mailbox.stride);
  EXPECT_LE(message.pending + 4, message.bytes);
}

TEST_P(LgmpDialect, WordsOf64BitsAreAligned) {
  const auto& [version, header, queue, message, mailbox, finish_under_lock] = reader_;
  EXPECT_EQ(header.timestamp % 8, 0u);
  EXPECT_EQ(queue.first % 8, 0u);
  EXPECT_EQ(queue.stride % 8, 0u);
  EXPECT_EQ(queue.message_timeout % 8, 0u);
  EXPECT_EQ(queue.timeouts % 8, 0u);
  EXPECT_EQ(queue.subscribers % (queue.subscriber_bits / 4), 0u);
  EXPECT_EQ(message.alignment % message.flags_bytes, 0u);
  EXPECT_EQ(message.bytes % message.alignment, 0u);
  EXPECT_EQ(message.flags % message.flags_bytes, 0u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpDialect);

TEST(LgmpDialects, AreToldApartByTheirVersions) {
  ASSERT_EQ(dialects().size(), 2u);
  EXPECT_EQ(kReleaseB7.lgmp.version, 6u);
  EXPECT_EQ(kReleaseB7.kvmfr.version, 20u);
  EXPECT_EQ(kKvmfr34.lgmp.version, 12u);
  EXPECT_EQ(kKvmfr34.kvmfr.version, 34u);
}

}  // namespace
}  // namespace pierglass::compat
