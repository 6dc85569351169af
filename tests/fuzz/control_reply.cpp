// SPDX-License-Identifier: GPL-2.0-or-later
// A reply of any bytes must parse into done, or into a refusal that fits a line, or not at all, and
// come back the same from what is built of it. Any refusal that is built parses.
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

Result<control::Reply> built_and_parsed(const control::Reply& reply) {
  const std::string built = control::encode(reply);
  return control::parse_reply(std::as_bytes(std::span(built)));
}

void check_parsed(std::span<const std::byte> record) {
  const auto reply = control::parse_reply(record);
  if (!reply) return;
  require(record.size() <= 4096, "size");
  require(reply->done == reply->refusal.empty(), "either, or");
  require(reply->refusal.size() <= 1024, "length");
  require(std::ranges::none_of(reply->refusal, [](char c) { return c >= 0 && c < 32; }), "text");
  const auto again = built_and_parsed(*reply);
  require(again.has_value() && *again == *reply, "parse(encode(x)) is x");
}

void check_built(std::span<const std::byte> bytes) {
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto refusal = built_and_parsed({.done = false, .refusal = text});
  require(refusal.has_value() && !refusal->done, "any text makes a refusal");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  pierglass::fuzz::check_parsed(bytes);
  pierglass::fuzz::check_built(bytes);
  return 0;
}
