// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>
#include <optional>

#include "base/digits.hpp"
#include "base/unix_address_linux.hpp"

namespace pierglass::spice {
namespace {

constexpr const char* kShape =
    "a SPICE address other than /path/to/socket, unix:/path, host:port or [IPv6]:port";

Result<Address> parse_unix(std::string_view path) {
  if (!path.starts_with('/') || path.size() == 1 || path.find('\0') != std::string_view::npos)
    return fail(ErrorCode::InvalidArgument, "a SPICE socket that is not a path from / on");
  if (path.size() > kMaxUnixPath)
    return fail(ErrorCode::TooLarge, "the path of a SPICE socket", path.size(), kMaxUnixPath);
  return Address{.kind = Address::Kind::Unix, .path = std::string(path)};
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_digits<std::uint16_t>(text);
  if (!port || *port == 0)
    return fail(ErrorCode::InvalidArgument, "a SPICE port other than a number from 1 to 65535");
  return *port;
}

// Without asking anybody.
std::optional<Endpoint> numeric_endpoint(const std::string& host, std::uint16_t port) {
  const addrinfo hints{.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  Endpoint out{.storage = {}, .length = found->ai_addrlen};
  if (out.length > sizeof out.storage) return std::nullopt;
  std::memcpy(&out.storage, found->ai_addr, out.length);
  return out;
}

Result<Address> parse_tcp(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(ErrorCode::InvalidArgument, kShape);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool v6 = host.find(':') != std::string_view::npos;
  if (host.empty() || bracketed != v6 || host.find('\0') != std::string_view::npos)
    return fail(ErrorCode::InvalidArgument, kShape);
  Address out{.kind = Address::Kind::Tcp,
              .host = std::string(host),
              .port = TRY(parse_port(text.substr(colon + 1)))};
  if (out.host != "localhost" && !numeric_endpoint(out.host, out.port)) {
    return fail(ErrorCode::InvalidArgument,
                "a SPICE host other than a numeric address or localhost");
  }
  return out;
}

std::vector<Endpoint> unix_endpoints(const std::string& path) {
  const auto address = unix_address(path);
  if (!address) return {};
  Endpoint out{.storage = {}, .length = sizeof *address};
  std::memcpy(&out.storage, &*address, sizeof *address);
  return {out};
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kUnixUri = "spice+unix://";
  constexpr std::string_view kTcpUri = "spice://";
  if (text.starts_with('/')) return parse_unix(text);
  if (text.starts_with(kUnix)) return parse_unix(text.substr(kUnix.size()));
  if (text.starts_with(kUnixUri)) return parse_unix(text.substr(kUnixUri.size()));
  if (text.starts_with(kTcpUri)) return parse_tcp(text.substr(kTcpUri.size()));
  return parse_tcp(text);
}

std::string to_text(const Address& address) {
  if (address.kind == Address::Kind::Unix) return "unix:" + address.path;
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::vector<Endpoint> endpoints_of(const Address& address) {
  if (address.kind == Address::Kind::Unix) return unix_endpoints(address.path);
  std::vector<Endpoint> out;
  const bool local = address.host == "localhost";
  for (const std::string& host : local ? std::vector<std::string>{"127.0.0.1", "::1"}
                                       : std::vector<std::string>{address.host}) {
    if (const auto endpoint = numeric_endpoint(host, address.port)) out.push_back(*endpoint);
  }
  return out;
}

}  // namespace pierglass::spice
