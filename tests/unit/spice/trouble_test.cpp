// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/trouble.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pierglass::spice {
namespace {

TEST(TroubleTest, EachErrorIsOfAKind) {
  struct Case {
    Phase phase;
    ErrorCode code;
    std::uint64_t got;
    TroubleKind kind;
  };
  using enum TroubleKind;
  const Case cases[] = {
      {Phase::Connect, ErrorCode::NotFound, 0, NobodyListens},
      {Phase::Connect, ErrorCode::PermissionDenied, 0, NoPermission},
      {Phase::Connect, ErrorCode::OsCall, 0, Unreachable},
      {Phase::Connect, ErrorCode::NotReady, 0, Silent},
      {Phase::Link, ErrorCode::NotReady, 0, Silent},
      {Phase::Link, ErrorCode::Lost, 0, Closed},
      {Phase::Link, ErrorCode::Corrupt, 0, NotSpice},
      {Phase::Link, ErrorCode::VersionMismatch, 3, Unfit},
      {Phase::Link, ErrorCode::Unsupported, 0, Unfit},
      {Phase::Link, ErrorCode::Unsupported, 5, NeedsTls},
      {Phase::Link, ErrorCode::PermissionDenied, 8, Refused},
      {Phase::Ticket, ErrorCode::PermissionDenied, 7, WrongPassword},
      {Phase::Ticket, ErrorCode::PermissionDenied, 1, Refused},
      {Phase::Talk, ErrorCode::Corrupt, 0, Broken},
      {Phase::Talk, ErrorCode::TooLarge, 0, Broken},
      {Phase::Talk, ErrorCode::Lost, 0, Closed},
      {Phase::Talk, ErrorCode::Unsupported, 0, Unfit},
  };
  for (const Case& given : cases) {
    const Error error{.code = given.code, .got = given.got};
    EXPECT_EQ(trouble_kind(given.phase, error), given.kind)
        << static_cast<int>(given.phase) << ' ' << static_cast<int>(given.code);
  }
}

TEST(TroubleTest, EachKindHasASentenceThatNamesThePlace) {
  std::set<std::string> sentences;
  for (const char* const text : {"/run/vm.sock", "127.0.0.1:5900"}) {
    for (std::uint8_t kind = 0; kind < kTroubleKinds; ++kind) {
      const Trouble trouble{.kind = static_cast<TroubleKind>(kind),
                            .error = {.code = ErrorCode::Corrupt, .what = "INIT"},
                            .address = *parse_address(text)};
      const std::string sentence = trouble_sentence(trouble);
      EXPECT_NE(sentence.find(to_text(trouble.address)), std::string::npos) << sentence;
      EXPECT_NE(sentence.find(": "), std::string::npos) << "what to do: " << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string::npos);
      EXPECT_NE(sentence.back(), '.');
      EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
    }
  }
}

TEST(TroubleTest, ForASocketTheOptionToStartWithIsNamed) {
  const Trouble trouble{.kind = TroubleKind::NobodyListens, .address = *parse_address("/run/s")};
  EXPECT_NE(trouble_sentence(trouble).find("-spice unix=on,addr=/run/s"), std::string::npos);
}

}  // namespace
}  // namespace pierglass::spice
