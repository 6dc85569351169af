// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/message.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <span>

#include "tests/support/ivshmem_server.hpp"

namespace pierglass::ivshmem {
namespace {

class Messages : public testing::Test {
 protected:
  Messages() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    here_.reset(ends[0]);
    there_.reset(ends[1]);
  }

  Result<std::optional<Message>> next() { return reader_.next(here_.get()); }

  void write_bytes(std::span<const std::uint8_t> bytes) const {
    ASSERT_EQ(write(there_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // One byte, or more, with `count` descriptors.
  void send_with(std::span<const std::uint8_t> bytes, std::size_t count) const {
    const Fd descriptor = test::new_eventfd();
    iovec data{.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(16 * sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(count * sizeof(int));
    const int number = descriptor.get();
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(CMSG_DATA(part) + i * sizeof number, &number, sizeof number);
    }
    ASSERT_EQ(sendmsg(there_.get(), &header, 0), static_cast<ssize_t>(bytes.size()));
  }

  Fd here_;
  Fd there_;
  MessageReader reader_;
};

constexpr std::array<std::uint8_t, 8> kSeven{7};

TEST_F(Messages, ComeAsTheyWereSent) {
  const Fd eventfd = test::new_eventfd();
  ASSERT_TRUE(send_message(there_.get(), 0));
  ASSERT_TRUE(send_message(there_.get(), kMemory, eventfd.get()));
  ASSERT_TRUE(send_message(there_.get(), INT64_MIN));
  auto first = next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->value, 0);
  EXPECT_FALSE((*first)->descriptor);
  auto second = next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->value, kMemory);
  ASSERT_TRUE((*second)->descriptor);
  EXPECT_EQ(fcntl((*second)->descriptor.get(), F_GETFD), FD_CLOEXEC);
  auto third = next();
  ASSERT_TRUE(third && *third);
  EXPECT_EQ((*third)->value, INT64_MIN);
}

TEST_F(Messages, AreLittleEndian) {
  write_bytes(std::array<std::uint8_t, 8>{1, 2, 0, 0, 0, 0, 0, 0});
  auto message = next();
  ASSERT_TRUE(message && *message);
  EXPECT_EQ((*message)->value, 0x201);
}

TEST_F(Messages, AreNotWaitedFor) {
  auto message = next();
  ASSERT_TRUE(message);
  EXPECT_FALSE(*message);
}

TEST_F(Messages, InPiecesArePutTogetherWithTheirDescriptor) {
  send_with(std::span(kSeven).first(1), 1);
  for (std::size_t i = 1; i < kSeven.size(); ++i) {
    auto part = next();
    ASSERT_TRUE(part);
    EXPECT_FALSE(*part) << i;
    write_bytes(std::span(kSeven).subspan(i, 1));
  }
  auto whole = next();
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->value, 7);
  EXPECT_TRUE((*whole)->descriptor);
}

TEST_F(Messages, WithTwoDescriptorsAreCorrupt) {
  send_with(kSeven, 2);
  const auto message = next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::Corrupt);
}

TEST_F(Messages, WithMoreDescriptorsThanAnybodySendsAreCorrupt) {
  send_with(kSeven, 16);
  const auto message = next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::Corrupt);
}

TEST_F(Messages, WhoseBytesBringADescriptorEachAreCorrupt) {
  send_with(std::span(kSeven).first(4), 1);
  EXPECT_TRUE(next());
  send_with(std::span(kSeven).last(4), 1);
  const auto message = next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::Corrupt);
}

TEST_F(Messages, LeaveNoDescriptorOpen) {
  const int free_before = Fd(dup(here_.get())).get();
  send_with(kSeven, 16);
  EXPECT_FALSE(next());
  reader_ = {};
  EXPECT_EQ(Fd(dup(here_.get())).get(), free_before);
}

TEST_F(Messages, EndWithTheConnection) {
  write_bytes(std::span(kSeven).first(3));
  there_.reset();
  const auto message = next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::Lost);
}

TEST_F(Messages, ToWhoIsGoneAreLost) {
  here_.reset();
  const auto sent = send_message(there_.get(), 0);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Lost);
}

TEST_F(Messages, ToWhoDoesNotReadAreRefusedWhole) {
  std::size_t sent = 0;
  Result<void> result;
  while ((result = send_message(there_.get(), static_cast<std::int64_t>(sent)))) ++sent;
  EXPECT_EQ(result.error().code, ErrorCode::Busy);
  for (std::size_t i = 0; i < sent; ++i) {
    auto message = next();
    ASSERT_TRUE(message && *message);
    ASSERT_EQ((*message)->value, static_cast<std::int64_t>(i));
  }
  const auto none = next();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

}  // namespace
}  // namespace pierglass::ivshmem
