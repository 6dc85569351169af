// SPDX-License-Identifier: GPL-2.0-or-later
// Linked in front of src/spice/ticket.cpp, and so instead of it: RSA would take all of the time and
// says nothing of what is fuzzed.
#include <algorithm>

#include "spice/ticket.hpp"

namespace pierglass::spice {

Result<void> check_password(std::string_view /*password*/) {
  return {};
}

// Half of the keys that a fuzzer makes up are good.
Result<Ticket> encrypt_ticket(const PublicKey& key, std::string_view password) {
  if ((std::to_integer<unsigned>(key[0]) & 1) != 0) return fail(ErrorCode::Corrupt, "a key");
  Ticket out{};
  std::ranges::transform(password, out.begin(), [](char letter) { return std::byte(letter); });
  return out;
}

}  // namespace pierglass::spice
