// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/address.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace pierglass::spice {
namespace {

TEST(AddressTest, WhatIsGivenIsRead) {
  struct Case {
    const char* text;
    Address address;
  };
  using enum Address::Kind;
  const Case cases[] = {
      {"/run/vm/spice.sock", {.kind = Unix, .path = "/run/vm/spice.sock"}},
      {"unix:/a b", {.kind = Unix, .path = "/a b"}},
      {"spice+unix:///run/s", {.kind = Unix, .path = "/run/s"}},
      {"127.0.0.1:5900", {.kind = Tcp, .host = "127.0.0.1", .port = 5900}},
      {"localhost:1", {.kind = Tcp, .host = "localhost", .port = 1}},
      {"[::1]:65535", {.kind = Tcp, .host = "::1", .port = 65535}},
      {"spice://192.168.1.2:5901", {.kind = Tcp, .host = "192.168.1.2", .port = 5901}},
      {"[fe80::1%lo]:5900", {.kind = Tcp, .host = "fe80::1%lo", .port = 5900}},
  };
  for (const Case& given : cases) {
    const auto address = parse_address(given.text);
    ASSERT_TRUE(address) << given.text;
    EXPECT_EQ(*address, given.address) << given.text;
    EXPECT_EQ(*parse_address(to_text(*address)), given.address) << "and back: " << given.text;
  }
}

TEST(AddressTest, NonsenseIsRefused) {
  const char* const cases[] = {
      "",          "unix:",       "unix:relative",  "relative",       "/",
      "host:5900", "127.0.0.1",   "127.0.0.1:",     "127.0.0.1:0",    "127.0.0.1:65536",
      ":5900",     "[::1:5900",   "::1:5900",       "[127.0.0.1]:1",  "127.0.0.1:59x0",
      "[]:5900",   "spice://",    "spice+unix://x", "127.0.0.1: 590", "300.1.1.1:5900",
      "-1:5900",   "localhost:-1"};
  for (const char* const text : cases) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::InvalidArgument) << text;
  }
}

TEST(AddressTest, APathThatNoSocketCanHaveIsTooLong) {
  EXPECT_TRUE(parse_address("/" + std::string(106, 'x')));
  const auto address = parse_address("/" + std::string(107, 'x'));
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().code, ErrorCode::TooLarge);
}

TEST(AddressTest, AZeroByteIsRefused) {
  EXPECT_FALSE(parse_address(std::string("/run/a\0b", 8)));
  EXPECT_FALSE(parse_address(std::string("127.0.0.1\0:5900", 15)));
}

TEST(AddressTest, EndpointsAreWhatConnectTakes) {
  const auto unix_endpoints = endpoints_of(*parse_address("/run/x"));
  ASSERT_EQ(unix_endpoints.size(), 1U);
  sockaddr_un local{};
  std::memcpy(&local, &unix_endpoints[0].storage, sizeof local);
  EXPECT_STREQ(local.sun_path, "/run/x");

  const auto v4 = endpoints_of(*parse_address("127.0.0.1:5900"));
  ASSERT_EQ(v4.size(), 1U);
  sockaddr_in inet{};
  std::memcpy(&inet, &v4[0].storage, sizeof inet);
  EXPECT_EQ(inet.sin_family, AF_INET);
  EXPECT_EQ(ntohs(inet.sin_port), 5900);
  EXPECT_EQ(ntohl(inet.sin_addr.s_addr), INADDR_LOOPBACK);
}

TEST(AddressTest, LocalhostIsBothLoopbacks) {
  const auto both = endpoints_of(*parse_address("localhost:5900"));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].family(), AF_INET);
  EXPECT_EQ(both[1].family(), AF_INET6);
}

}  // namespace
}  // namespace pierglass::spice
