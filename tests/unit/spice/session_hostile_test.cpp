// SPDX-License-Identifier: GPL-2.0-or-later
// The session against servers that are broken, silent or hostile.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <algorithm>
#include <optional>
#include <string>

#include "spice/session.hpp"
#include "tests/unit/spice/raw_peer.hpp"

namespace pierglass::spice::test {
namespace {

using namespace pierglass::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

class HostileTest : public ::testing::Test {
 protected:
  void expect_trouble(TroubleKind kind) {
    ASSERT_TRUE(client_.until([&] { return !client_.troubles.empty(); }));
    EXPECT_EQ(client_.troubles[0].kind, kind) << trouble_sentence(client_.troubles[0]);
    EXPECT_FALSE(client_.session->connected());
  }
  // Says these parts on a new connection.
  void say(const std::vector<Bytes>& parts) {
    ASSERT_TRUE(peer_.say(client_, peer_.accept(client_), joined(parts)));
  }

  ScratchFolder folder_;
  RawPeer peer_{folder_.file("s")};
  SessionUnderTest client_{folder_.file("s"), {.answer_within = milliseconds(400)}};
};

TEST_F(HostileTest, AnHonestRawPeerIsConnectedTo) {
  peer_.connect(client_);
  client_.session->key(KEY_A, true);
  ASSERT_TRUE(peer_.hear(1));
  const auto messages = peer_.client(1).messages();
  ASSERT_EQ(messages.size(), 2U) << "sent at once, inside the call";
  EXPECT_EQ(messages[0].type, 114) << "the buttons of earlier clients";
  EXPECT_EQ(messages[1].type, 101);
}

TEST_F(HostileTest, ASilentServerIsGivenUp) {
  const std::size_t one = peer_.accept(client_);
  expect_trouble(TroubleKind::Silent);
  EXPECT_TRUE(peer_.closed(one));
}

TEST_F(HostileTest, AServerThatSaysHalfOfItIsGivenUp) {
  Bytes half = link_answer();
  half.resize(100);
  say({half});
  expect_trouble(TroubleKind::Silent);
}

TEST_F(HostileTest, SomethingElseThanSpiceIsRecognised) {
  Bytes greeting;
  for (const char letter : std::string("RFB 003.008\n")) greeting.push_back(std::byte(letter));
  say({greeting});
  expect_trouble(TroubleKind::NotSpice);
}

TEST_F(HostileTest, TlsIsRecognised) {
  say({Bytes{std::byte{21}, std::byte{3}, std::byte{3}, std::byte{0}, std::byte{2}}});
  expect_trouble(TroubleKind::NeedsTls);
}

TEST_F(HostileTest, ARefusalIsTold) {
  say({link_answer({.error = 9})});
  expect_trouble(TroubleKind::Refused);
  EXPECT_EQ(client_.troubles[0].error.got, 9U);
}

TEST_F(HostileTest, AnAbsurdSizeBreaksTheProtocol) {
  say({link_answer(), ticket_answer(), spice_message(103)});
  expect_trouble(TroubleKind::Broken);
}

// Whatever has been said before, a server that goes away is no reason to fall.
TEST_F(HostileTest, AServerThatClosesAtEachStepIsTriedAgain) {
  const std::vector<Bytes> main = {link_answer(), ticket_answer(), main_init(), channels_list()};
  for (std::size_t parts = 0; parts <= main.size(); ++parts) {
    const std::size_t number = peer_.accept(client_);
    // Each round uses two numbers, so that odd ones are inputs channels.
    ASSERT_TRUE(peer_.say(client_, number, joined(std::span(main).first(parts))));
    if (parts == main.size()) {
      const std::size_t inputs = peer_.accept(client_);
      peer_.close(inputs);
    } else {
      client_.pass(milliseconds(20));
    }
    peer_.close(number);
    client_.pass(milliseconds(20));
    EXPECT_FALSE(client_.session->connected());
  }
  EXPECT_EQ(client_.connects, 0);
  EXPECT_EQ(client_.troubles.size(), 1U);
  EXPECT_EQ(client_.troubles[0].kind, TroubleKind::Closed);
}

TEST_F(HostileTest, EitherChannelClosingEndsTheSession) {
  for (const std::size_t closing : {std::size_t{0}, std::size_t{1}}) {
    const std::size_t base = closing * 2;
    peer_.connect(client_);
    peer_.close(base + closing);
    ASSERT_TRUE(client_.until([&] { return client_.disconnects == int(closing) + 1; }));
    EXPECT_TRUE(client_.until([&] { return peer_.closed(base + 1 - closing); }));
  }
  EXPECT_TRUE(client_.troubles.empty()) << "a machine was shut down, that is all";
}

TEST_F(HostileTest, AServerThatBreaksTheProtocolLaterIsLeft) {
  peer_.connect(client_);
  ASSERT_TRUE(peer_.say(client_, 1, spice_message(102)));
  ASSERT_TRUE(client_.until([&] { return client_.disconnects == 1; }));
  expect_trouble(TroubleKind::Broken);
}

TEST_F(HostileTest, AServerThatStopsReadingNeverBlocksAndIsGivenUp) {
  peer_.connect(client_);
  std::size_t most = 0;
  Nanoseconds longest{};
  for (int i = 0; i < 200'000 && client_.session->connected(); ++i) {
    const HostTime before = HostClock::now();
    client_.session->key(KEY_A, i % 2 == 0);
    client_.session->move_by(1000, 1000);
    longest = std::max(longest, HostClock::now() - before);
    most = std::max(most, client_.session->unsent_bytes());
  }
  EXPECT_FALSE(client_.session->connected()) << "the server releases the keys now";
  EXPECT_LE(most, 2 * Stream::kMaxWaiting);
  EXPECT_LT(longest, milliseconds(200));
  ASSERT_TRUE(client_.until([&] { return client_.disconnects == 1; }));
  EXPECT_EQ(client_.session->unsent_bytes(), 0U);
  expect_trouble(TroubleKind::Broken);
}

TEST_F(HostileTest, PingsWithoutReadingTheAnswersAreBounded) {
  peer_.connect(client_);
  const Bytes ping = spice_message(4, std::uint32_t{1}, std::uint64_t{1});
  Bytes many;
  for (int i = 0; i < 1000; ++i) many.insert(many.end(), ping.begin(), ping.end());
  for (int i = 0; i < 200 && client_.disconnects == 0; ++i) {
    if (!peer_.say(client_, 0, many)) break;
    EXPECT_LE(client_.session->unsent_bytes(), 2 * Stream::kMaxWaiting);
  }
  EXPECT_TRUE(client_.until([&] { return client_.disconnects == 1; }));
}

TEST_F(HostileTest, ALargePingIsAnsweredWithoutKeepingIt) {
  peer_.connect(client_);
  ASSERT_TRUE(peer_.hear(0));
  peer_.client(0).messages();
  Bytes ping;
  put(ping, std::uint16_t{4});
  put(ping, std::uint32_t{12 + 256 * 1024});
  put(ping, std::uint32_t{77});
  put(ping, std::uint64_t{1});
  ping.resize(ping.size() + 256 * 1024);
  ASSERT_TRUE(peer_.say(client_, 0, ping));
  std::vector<ClientMessage> messages;
  ASSERT_TRUE(client_.until([&] {
    EXPECT_TRUE(peer_.hear(0));
    messages = peer_.client(0).messages();
    return !messages.empty();
  }));
  EXPECT_EQ(messages[0].type, 3);
  EXPECT_EQ(messages[0].body[0], std::byte{77});
}

TEST_F(HostileTest, WhatASlowServerLeftIsSentWhenItReadsAgain) {
  peer_.connect(client_);
  ASSERT_TRUE(peer_.hear(1));
  peer_.client(1).messages();
  int sent = 0;
  while (client_.session->unsent_bytes() == 0) {
    client_.session->key(KEY_A, sent % 2 == 0);
    ++sent;
  }
  for (int i = 0; i < 100; ++i, ++sent) client_.session->key(KEY_A, sent % 2 == 0);
  int heard = 0;
  ASSERT_TRUE(client_.until([&] {
    EXPECT_TRUE(peer_.hear(1));
    for (const ClientMessage& message : peer_.client(1).messages()) {
      EXPECT_EQ(message.type, heard % 2 == 0 ? 101 : 102);
      ++heard;
    }
    return heard == sent;
  }));
  EXPECT_EQ(client_.session->unsent_bytes(), 0U);
}

TEST_F(HostileTest, TheMostTellingTroubleOfSeveralAddressesIsTold) {
  SessionUnderTest client(
      {.addresses = {*parse_address(folder_.file("nobody")), *parse_address(folder_.file("s")),
                     *parse_address(folder_.file("nobody either"))},
       .answer_within = milliseconds(50)});
  ASSERT_TRUE(client.until([&] { return !client.troubles.empty(); }));
  EXPECT_EQ(client.troubles[0].kind, TroubleKind::Silent);
  EXPECT_EQ(to_text(client.troubles[0].address), "unix:" + folder_.file("s"));
}

TEST_F(HostileTest, WithoutAServerItCostsLittle) {
  SessionUnderTest client(folder_.file("nobody"), {.retry = {.first = milliseconds(10)}});
  client.pass(milliseconds(300));
  EXPECT_EQ(client.troubles.size(), 1U);
}

}  // namespace
}  // namespace pierglass::spice::test
