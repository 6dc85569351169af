// SPDX-License-Identifier: GPL-2.0-or-later
// User data of any bytes must give printable words, or nothing.
// Input: the user data.
#include "compat/kvmfr_host.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "compat/guest_words.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

void check_words(const std::string& words, std::size_t longest) {
  require(words.size() <= longest, "length");
  require(std::ranges::all_of(words, [](char c) { return c >= ' ' && c <= '~'; }), "printable");
}

void run(std::span<const std::byte> input) {
  // A block of its own, so that the address sanitizer sees what lies behind its end.
  const std::vector<std::byte> user_data(input.begin(), input.end());
  const auto host = compat::parse_kvmfr_host(user_data);
  const bool header = user_data.size() >= 48 && std::memcmp(user_data.data(), "KVMFR---", 8) == 0;
  require(host.has_value() == header, "the header alone decides");
  if (!host) return;
  std::uint32_t version;
  std::memcpy(&version, user_data.data() + 8, sizeof version);
  require(host->version == version, "version");
  require(host->moves_pointer == ((user_data[44] & std::byte{1}) != std::byte{0}), "feature");
  check_words(host->release, 32);
  check_words(host->capture, 32);
  check_words(host->processor, 63);
  check_words(host->system, 63);
  require(host->threads <= 255 && host->cores <= 255 && host->sockets <= 255, "counts");
  const auto description = compat::description_of(*host);
  check_words(description.program, 64);
  check_words(description.machine, 128);
  require(description.uuid.empty() || description.uuid.size() == 36, "uuid");
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run(std::as_bytes(std::span(data, size)));
  return 0;
}
