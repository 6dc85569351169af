// SPDX-License-Identifier: GPL-2.0-or-later
// A request of any bytes must parse into a verb, a token and an output as they may be, or not at
// all, and come back the same from what is built of it.
// Input: the record.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "control/protocol.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

// Nothing that a terminal or a log would take for more than text.
bool is_plain(const std::string& text, std::size_t limit) {
  return text.size() <= limit && std::ranges::all_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 32 && byte != 127;
         });
}

bool is_verb(const std::string& text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

void run(std::span<const std::byte> record) {
  const auto request = control::parse_request(record);
  if (!request) {
    const ErrorCode code = request.error().code;
    require(code != ErrorCode::TooLarge || record.size() > 4096, "only what is too large");
    require(code != ErrorCode::VersionMismatch || request.error().got != 1, "only other versions");
    return;
  }
  require(record.size() <= 4096, "size");
  require(is_verb(request->verb), "verb");
  require(is_plain(request->token, 1024) && is_plain(request->output, 256), "text");
  const std::string built = control::encode(*request);
  const auto again = control::parse_request(std::as_bytes(std::span(built)));
  require(again.has_value() && *again == *request, "parse(encode(x)) is x");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run(std::as_bytes(std::span(data, size)));
  return 0;
}
