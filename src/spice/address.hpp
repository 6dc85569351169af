// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pierglass::spice {

// Where a SPICE server listens.
struct Address {
  enum class Kind : std::uint8_t { Unix, Tcp };

  Kind kind = Kind::Unix;
  std::string path;        // Unix
  std::string host;        // TCP: a number or "localhost", without brackets
  std::uint16_t port = 0;  // TCP

  friend bool operator==(const Address&, const Address&) = default;
};

// Reads "unix:/path", "/path", "host:port" and "[v6]:port"; also what `virsh domdisplay` prints,
// "spice://host:port" and "spice+unix:///path". Hosts are numbers or "localhost": a name would have
// to be asked for, which blocks. Errors: InvalidArgument, `what` in words for the user; TooLarge
// for a path that no socket can have.
Result<Address> parse_address(std::string_view text);

// As parse_address() reads it: "unix:/path", "127.0.0.1:5900", "[::1]:5900".
std::string to_text(const Address& address);

// Something that a socket connects to.
struct Endpoint {
  sockaddr_storage storage;
  socklen_t length;

  [[nodiscard]] int family() const { return storage.ss_family; }
};

// What an address that parse_address() gave stands for, to be tried in turn. Nothing blocks.
std::vector<Endpoint> endpoints_of(const Address& address);

}  // namespace pierglass::spice
