// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "spice/address.hpp"

namespace pierglass::spice {

// Why there is no connection, as a user can act on it. In the order of how much it tells: of
// several addresses the one with the largest is reported.
enum class TroubleKind : std::uint8_t {
  NobodyListens,  // no such socket, or nobody behind it
  Unreachable,    // the system cannot connect
  Silent,         // connected, but no answer in time
  Closed,         // connected, and closed again without a word
  NotSpice,       // what answers does not speak SPICE
  Broken,         // it does, but broke the rules or does not read what it is sent
  Refused,        // the server says no; Error::got is its SPICE_LINK_ERR_*
  Unfit,          // the server lacks something that this client needs; Error tells
  NeedsTls,
  NoPermission,  // this user may not use the socket
  WrongPassword,
};
inline constexpr std::uint8_t kTroubleKinds = 11;

struct Trouble {
  TroubleKind kind = TroubleKind::NobodyListens;
  Error error;
  Address address;
};

// How far a connection had come.
enum class Phase : std::uint8_t {
  Connect,  // no connection yet
  Link,     // the first words of both sides
  Ticket,   // the password is being judged
  Talk,
};

TroubleKind trouble_kind(Phase phase, const Error& error);

// One sentence without a full stop: what is wrong, and what to do.
std::string trouble_sentence(const Trouble& trouble);

}  // namespace pierglass::spice
