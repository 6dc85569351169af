// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "spice/build.hpp"
#include "tests/support/spice_bytes.hpp"

namespace pierglass::spice {
namespace {

using test::Bytes;

struct Heard {
  std::vector<MessageHeader> headers;
  std::vector<Bytes> kept;
  std::optional<Error> error;
};

// Hands the bytes over in pieces of that many.
Heard hear(Stream& stream, const Bytes& bytes, std::size_t piece) {
  Heard out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto rest = std::span(bytes).subspan(at, std::min(piece, bytes.size() - at));
    for (;;) {
      const auto received = stream.next(rest);
      if (!received) {
        out.error = received.error();
        return out;
      }
      if (!*received) break;
      out.headers.push_back((*received)->header);
      out.kept.emplace_back((*received)->kept.begin(), (*received)->kept.end());
    }
    EXPECT_TRUE(rest.empty());
  }
  return out;
}

Bytes all_sent(Stream& stream) {
  const Bytes out(stream.waiting().begin(), stream.waiting().end());
  stream.drop_sent(out.size());
  return out;
}

TEST(StreamTest, BeginsWithTheLinkAndProvesItself) {
  Stream stream({.kind = ChannelKind::Inputs, .session = 9}, "secret");
  EXPECT_EQ(stream.phase(), Phase::Link);
  test::ClientBytes client(false);
  ASSERT_TRUE(client.take(all_sent(stream)));
  EXPECT_EQ(client.session(), 9U);
  EXPECT_FALSE(hear(stream, test::link_answer(), 1).error);
  EXPECT_EQ(stream.phase(), Phase::Ticket);
  ASSERT_TRUE(client.take(all_sent(stream)));
  ASSERT_TRUE(client.proved());
  EXPECT_EQ(test::spice_decrypt(client.ticket()), std::string("secret\0", 7));
  EXPECT_FALSE(hear(stream, test::ticket_answer(), 3).error);
  EXPECT_EQ(stream.phase(), Phase::Talk);
}

TEST(StreamTest, AnOldServerGetsTheTicketAlone) {
  Stream stream({}, "");
  all_sent(stream);
  hear(stream, test::link_answer({.common_caps = 0x08}), 200);
  EXPECT_EQ(stream.waiting().size(), 128U);
}

TEST(StreamTest, MessagesComeOutWholeHoweverTheyAreCut) {
  const std::string long_text(5000, 'x');
  const std::vector<Bytes> parts = {test::link_answer(),
                                    test::ticket_answer(),
                                    test::spice_message(103, std::uint64_t{1}),
                                    test::name_message(long_text, 5000),
                                    test::spice_message(107),
                                    test::spice_message(105, std::uint32_t{0x10003})};
  const Bytes all = test::joined(parts);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, all.size()}) {
    Stream stream({}, "");
    const Heard heard = hear(stream, all, piece);
    ASSERT_FALSE(heard.error);
    ASSERT_EQ(heard.headers.size(), 4U) << piece;
    EXPECT_EQ(heard.headers[0].type, 103);
    EXPECT_EQ(heard.headers[1].size, 5004U);
    EXPECT_EQ(heard.kept[1].size(), kMaxKeptBytes);
    EXPECT_EQ(heard.kept[1][4], std::byte{'x'});
    EXPECT_TRUE(heard.kept[2].empty());
    EXPECT_EQ(heard.kept[3], Bytes(parts[5].begin() + 6, parts[5].end()));
  }
}

TEST(StreamTest, ALargePingIsSkippedAndAnswered) {
  Stream stream({}, "");
  hear(stream, test::link_answer(), 500);
  hear(stream, test::ticket_answer(), 4);
  all_sent(stream);
  Bytes ping;
  test::put(ping, std::uint16_t{4});
  test::put(ping, std::uint32_t{12 + 256 * 1024});
  test::put(ping, std::uint32_t{1});
  test::put(ping, std::uint64_t{2});
  ping.resize(ping.size() + 256 * 1024);
  const Bytes next = test::spice_message(107);
  ping.insert(ping.end(), next.begin(), next.end());
  const Heard heard = hear(stream, ping, 16 * 1024);
  ASSERT_EQ(heard.headers.size(), 2U);
  EXPECT_EQ(heard.headers[1].type, 107);
  stream.answer(Ping{.id = 1, .time = 2});
  EXPECT_EQ(all_sent(stream), test::spice_message(3, std::uint32_t{1}, std::uint64_t{2}));
}

TEST(StreamTest, AcksAreSentByTheServersWindow) {
  Stream stream({}, "");
  hear(stream, test::link_answer(), 500);
  hear(stream, test::ticket_answer(), 4);
  all_sent(stream);
  hear(stream, test::spice_message(107), 100);
  EXPECT_TRUE(all_sent(stream).empty()) << "no window yet";
  stream.answer(SetAck{.generation = 4, .window = 2});
  EXPECT_EQ(all_sent(stream), test::spice_message(1, std::uint32_t{4}));
  hear(stream, test::spice_message(107), 100);
  EXPECT_TRUE(all_sent(stream).empty());
  hear(stream, test::spice_message(107), 100);
  EXPECT_EQ(all_sent(stream), test::spice_message(2));
}

TEST(StreamTest, EachStageSaysWhatIsWrong) {
  const auto error_of = [](std::vector<Bytes> parts, Phase phase) {
    Stream stream({}, "");
    const Heard heard = hear(stream, test::joined(parts), 11);
    EXPECT_EQ(stream.phase(), phase);
    return heard.error ? heard.error->code : ErrorCode::Busy;
  };
  const Bytes http(20, std::byte{'H'});
  Bytes no_key = test::link_answer();
  std::fill(no_key.begin() + 20, no_key.begin() + 180, std::byte{1});
  EXPECT_EQ(error_of({http}, Phase::Link), ErrorCode::Corrupt);
  EXPECT_EQ(error_of({test::link_answer({.error = 5})}, Phase::Link), ErrorCode::Unsupported);
  EXPECT_EQ(error_of({no_key}, Phase::Link), ErrorCode::Corrupt);
  EXPECT_EQ(error_of({test::link_answer(), test::ticket_answer(7)}, Phase::Ticket),
            ErrorCode::PermissionDenied);
  Bytes huge;
  test::put(huge, std::uint16_t{4});
  test::put(huge, std::uint32_t{0xffffffff});
  EXPECT_EQ(error_of({test::link_answer(), test::ticket_answer(), huge}, Phase::Talk),
            ErrorCode::TooLarge);
}

TEST(StreamTest, WhatIsNotTakenIsBounded) {
  Stream stream({}, "");
  for (int i = 0; i < 100'000; ++i) stream.send(key_message(1, true));
  EXPECT_TRUE(stream.overflowed());
  EXPECT_LE(stream.waiting().size(), Stream::kMaxWaiting);
}

}  // namespace
}  // namespace pierglass::spice
