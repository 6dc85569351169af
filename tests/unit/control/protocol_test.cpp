// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/protocol.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace pierglass::control {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(ControlProtocol, ARequestComesBackAsItWasSent) {
  const Request full{.verb = "toggle", .token = "gnome-shell/1-2_TIME3", .output = "DP-1"};
  const Request bare{.verb = "ctrl-alt-f12"};
  for (const Request& request : {full, bare}) {
    const auto parsed = parse_request(bytes_of(encode(request)));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, request);
  }
}

TEST(ControlProtocol, TheLongestRequestFitsARecord) {
  const Request request{.verb = std::string(kMaxVerb, 'v'),
                        .token = std::string(kMaxToken, 't'),
                        .output = std::string(kMaxOutput, 'o')};
  const std::string record = encode(request);
  EXPECT_LE(record.size(), kMaxRecord);
  EXPECT_EQ(parse_request(bytes_of(record)).value(), request);
}

TEST(ControlProtocol, AReplyComesBackAsItWasSent) {
  for (const Reply& reply :
       {Reply{.done = true}, Reply{.refusal = "the guest is away: für später"}}) {
    const auto parsed = parse_reply(bytes_of(encode(reply)));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, reply);
  }
}

TEST(ControlProtocol, ARefusalBecomesOneLineOfBoundedLength) {
  const auto lines = parse_reply(bytes_of(encode(Reply{.refusal = "one\ntwo\x1b[2J"})));
  EXPECT_EQ(lines.value().refusal, "one two [2J");
  const auto longest = parse_reply(bytes_of(encode(Reply{.refusal = std::string(9999, 'x')})));
  EXPECT_EQ(longest.value().refusal.size(), kMaxSentence);
  const auto empty = parse_reply(bytes_of(encode(Reply{})));
  EXPECT_EQ(empty.value().refusal, "no reason was given");
}

TEST(ControlProtocol, LinesOfLaterReleasesAreSkipped) {
  const auto request = parse_request(bytes_of("pierglass-control 1\nspeed 3\nverb show\nnow\n"));
  EXPECT_EQ(request.value(), Request{.verb = "show"});
  const auto reply = parse_reply(bytes_of("pierglass-control 1\nmood good\ndone\n"));
  EXPECT_TRUE(reply.value().done);
}

struct BadRecord {
  const char* name;
  std::string record;
  ErrorCode code = ErrorCode::Corrupt;

  friend void PrintTo(const BadRecord& bad, std::ostream* out) { *out << bad.name; }
};

std::vector<BadRecord> bad_requests() {
  const std::string head = "pierglass-control 1\n";
  return {
      {"Empty", ""},
      {"OtherTalk", "GET / HTTP/1.1\n"},
      {"NoVersion", "pierglass-control \nverb toggle\n"},
      {"WordForVersion", "pierglass-control one\nverb toggle\n"},
      {"SpaceAfterVersion", "pierglass-control 1 \nverb toggle\n"},
      {"NegativeVersion", "pierglass-control -1\nverb toggle\n"},
      {"HugeVersion", "pierglass-control 99999999999999999999\nverb toggle\n"},
      {"LaterVersion", "pierglass-control 2\nverb toggle\n", ErrorCode::VersionMismatch},
      {"NoVerb", head},
      {"EmptyVerb", head + "verb \n"},
      {"VerbAlone", head + "verb\n"},
      {"LongVerb", head + "verb " + std::string(kMaxVerb + 1, 'v') + "\n"},
      {"CapitalVerb", head + "verb Toggle\n"},
      {"TwoVerbs", head + "verb show\nverb hide\n"},
      {"EmptyToken", head + "verb show\ntoken \n"},
      {"LongToken", head + "verb show\ntoken " + std::string(kMaxToken + 1, 't') + "\n"},
      {"EscapeInToken", head + "verb show\ntoken a\x1b[2J\n"},
      {"ZeroInOutput", head + "verb show\noutput " + std::string("a\0b", 3) + "\n"},
      {"LongOutput", head + "verb show\noutput " + std::string(kMaxOutput + 1, 'o') + "\n"},
      {"CutOff", head + "verb show"},
      {"TooLong", head + "verb show\n" + std::string(kMaxRecord, '\n'), ErrorCode::TooLarge},
  };
}

class BadRequests : public testing::TestWithParam<BadRecord> {};
INSTANTIATE_TEST_SUITE_P(ControlProtocol, BadRequests, testing::ValuesIn(bad_requests()),
                         [](const auto& one) { return one.param.name; });

TEST_P(BadRequests, AreRefused) {
  const auto parsed = parse_request(bytes_of(GetParam().record));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, GetParam().code);
}

TEST(ControlProtocol, AReplyIsEitherDoneOrRefused) {
  const std::string head = "pierglass-control 1\n";
  for (const char* rest : {"", "done\nrefused why\n", "refused\n", "refused \n", "done now\n",
                           "refused a\nrefused b\n", "refused a\tb\n"}) {
    const auto parsed = parse_reply(bytes_of(head + rest));
    ASSERT_FALSE(parsed) << rest;
    EXPECT_EQ(parsed.error().code, ErrorCode::Corrupt) << rest;
  }
}

}  // namespace
}  // namespace pierglass::control
