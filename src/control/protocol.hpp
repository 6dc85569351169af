// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

// What is said over the control socket: one request and one reply, each one record of a
// SOCK_SEQPACKET connection. A record is lines of text, each ended by a newline:
//   request: "pierglass-control 1", "verb toggle", then if wanted "token ..." and "output ..."
//   reply:   "pierglass-control 1", then "done" or "refused SENTENCE"
// Both sides may be of different releases: lines that begin with an unknown word are skipped, and a
// change that old sides cannot live with raises the number.
namespace pierglass::control {

inline constexpr std::uint64_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxRecord = 4096;  // bytes
inline constexpr std::size_t kMaxVerb = 32;      // bytes, as are the following
inline constexpr std::size_t kMaxToken = 1024;
inline constexpr std::size_t kMaxOutput = 256;
inline constexpr std::size_t kMaxSentence = 1024;

struct Request {
  std::string verb;    // 1 to kMaxVerb of [a-z0-9-]; what it means is the application's affair
  std::string token;   // xdg-activation token of who asks; empty: none. No control characters
  std::string output;  // name of an output; empty: none. No control characters
  friend bool operator==(const Request&, const Request&) = default;
};

struct Reply {
  bool done = false;
  std::string refusal;  // why not, in one sentence without full stop; empty when done
  friend bool operator==(const Reply&, const Reply&) = default;
};

[[nodiscard]] bool is_verb(std::string_view text);
// Not too long, no control characters; an empty one is.
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool is_output(std::string_view text);

// The record. All fields must be as Request says (a CHECK).
std::string encode(const Request& request);
// The refusal is cut to kMaxSentence bytes, and control characters in it become spaces.
std::string encode(const Reply& reply);

// Of a whole record: TooLarge, Corrupt (`what` names the line), VersionMismatch.
Result<Request> parse_request(std::span<const std::byte> record);
Result<Reply> parse_reply(std::span<const std::byte> record);

}  // namespace pierglass::control
