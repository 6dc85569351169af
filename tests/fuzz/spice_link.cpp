// SPDX-License-Identifier: GPL-2.0-or-later
// A server's first words, of any bytes, must be taken or refused alike however they are cut, and by
// a second statement of the rules.
// Input: length of the pieces u8, flags u8 (bit 0: the magic is right, 1: version and size, 2: the
// key, 3: only the parsers are run), then the bytes.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "spice/parse.hpp"
#include "spice/stream.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/spice_bytes.hpp"

namespace pierglass::fuzz {
namespace {

using test::Bytes;

std::uint32_t word(const Bytes& bytes, std::size_t at) {
  std::uint32_t out = 0;
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

// Where the parsers must get to: how many bytes a good link reply has; none when it is bad.
std::optional<std::size_t> good_link(const Bytes& bytes) {
  if (bytes.size() < 16 || std::memcmp(bytes.data(), "REDQ", 4) != 0 || word(bytes, 4) != 2)
    return std::nullopt;
  const std::uint64_t size = word(bytes, 12);
  if (size < 178 || size > 4096 || bytes.size() < 16 + size) return std::nullopt;
  const std::uint64_t common = word(bytes, 16 + 166);
  const std::uint64_t channel = word(bytes, 16 + 170);
  const std::uint64_t offset = word(bytes, 16 + 174);
  if (word(bytes, 16) != 0 || offset + 4 * (common + channel) > size || common == 0)
    return std::nullopt;
  const std::uint32_t caps = word(bytes, 16 + offset);
  const bool short_headers = (caps & 8) != 0;
  const bool password = (caps & 1) == 0 || (caps & 2) != 0;
  if (!short_headers || !password) return std::nullopt;
  return 16 + size;
}

void check_parsers(const Bytes& bytes, std::optional<std::size_t> good) {
  if (bytes.size() < spice::kLinkHeaderBytes) return;
  const auto size = spice::parse_link_header(std::span(bytes).first<spice::kLinkHeaderBytes>());
  if (!size) {
    require(!good, "a good header is taken");
    return;
  }
  if (bytes.size() < 16 + *size) return;
  // A heap block of this size, so that the address sanitizer sees what lies behind.
  const std::vector<std::byte> body(bytes.begin() + 16, bytes.begin() + 16 + *size);
  const auto reply = spice::parse_link_reply(body);
  require(reply.has_value() == good.has_value(), "the reply is judged by the rules");
  if (!reply) return;
  require(std::equal(reply->key.begin(), reply->key.end(), body.begin() + 4), "its key is taken");
}

struct Outcome {
  std::optional<ErrorCode> error;
  std::size_t messages = 0;
  std::size_t said = 0;
};

Outcome play(const Bytes& bytes, std::size_t piece) {
  spice::Stream stream({}, "secret");
  Outcome out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto rest = std::span(bytes).subspan(at, std::min(piece, bytes.size() - at));
    for (;;) {
      const auto received = stream.next(rest);
      if (!received) {
        out.error = received.error().code;
        return out;
      }
      if (!*received) break;
      require((*received)->kept.size() == std::min<std::size_t>((*received)->header.size, 1024),
              "the start of a body is kept");
      ++out.messages;
    }
    require(rest.empty(), "all is taken");
  }
  out.said = stream.waiting().size();
  return out;
}

void run(Input input) {
  const std::size_t piece = input.take<std::uint8_t>() + 1U;
  const auto flags = input.take<std::uint8_t>();
  Bytes bytes;
  while (!input.empty()) bytes.push_back(input.take<std::byte>());
  const Bytes honest = test::link_answer();
  const auto mend = [&](std::size_t from, std::size_t count) {
    if (bytes.size() >= from + count)
      std::copy_n(honest.begin() + long(from), count, bytes.begin() + long(from));
  };
  if ((flags & 1) != 0) mend(0, 4);
  if ((flags & 2) != 0) mend(4, 12);
  if ((flags & 4) != 0) mend(16, 4 + spice::kPublicKeyBytes);
  const auto good = good_link(bytes);
  check_parsers(bytes, good);
  if (!good || (flags & 8) != 0) return;
  const Outcome whole = play(bytes, bytes.size());
  const Outcome pieces = play(bytes, piece);
  require(
      whole.error == pieces.error && whole.messages == pieces.messages && whole.said == pieces.said,
      "pieces say what the whole says");
  require(whole.error || whole.said > 42, "a good link is answered with a ticket");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
