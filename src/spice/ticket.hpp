// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "spice/messages.hpp"

namespace pierglass::spice {

inline constexpr std::size_t kMaxPasswordBytes = 60;  // SPICE_MAX_PASSWORD_LENGTH
inline constexpr std::size_t kTicketBytes = 128;
using Ticket = std::array<std::byte, kTicketBytes>;

// InvalidArgument unless a server can have it: short enough and without a zero byte.
Result<void> check_password(std::string_view password);

// The password (empty: none), for nobody but the owner of `key`: RSA of 1024 bits with OAEP padding
// by SHA-1. That is what SPICE has; it protects nobody from a peer in the middle. Errors:
// InvalidArgument as above, Corrupt for a key that is not one. Some 100 µs; the first call may read
// OpenSSL's configuration.
Result<Ticket> encrypt_ticket(const PublicKey& key, std::string_view password);

}  // namespace pierglass::spice
