// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/spice/raw_peer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "base/unix_address_linux.hpp"

namespace pierglass::spice::test {
namespace {

constexpr auto kStep = std::chrono::milliseconds(2);

SessionOptions with_address(const std::string& address, SessionOptions options) {
  options.addresses = {parse_address(address).value()};
  return options;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "pierglass-spice-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

ScratchFolder::~ScratchFolder() {
  std::filesystem::remove_all(path_);
}

SessionUnderTest::SessionUnderTest(const std::string& address, SessionOptions options)
    : SessionUnderTest(with_address(address, std::move(options))) {}

SessionUnderTest::SessionUnderTest(SessionOptions options)
    : loop(loop::EventLoop::create().value()) {
  session = Session::create(*loop, std::move(options), *this).value();
}

SessionUnderTest::~SessionUnderTest() = default;

bool SessionUnderTest::until(const std::function<bool()>& condition, Nanoseconds limit) {
  const HostTime end = HostClock::now() + limit;
  while (!condition()) {
    if (HostClock::now() >= end) return false;
    EXPECT_TRUE(loop->step(kStep));
  }
  return true;
}

void SessionUnderTest::pass(Nanoseconds time) {
  EXPECT_FALSE(until([] { return false; }, time));
}

RawPeer::RawPeer(const std::string& path)
    : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const sockaddr_un address = unix_address(path).value();
  EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener_.get(), 8), 0);
}

std::size_t RawPeer::accept(SessionUnderTest& client) {
  Fd fd;
  EXPECT_TRUE(client.until([&] {
    fd.reset(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    return static_cast<bool>(fd);
  }));
  // Which channel it is, its first words say; tests connect main and inputs by turns.
  const bool main = connections_.size() % 2 == 0;
  connections_.push_back({std::move(fd), pierglass::test::ClientBytes(main)});
  return connections_.size() - 1;
}

bool RawPeer::say(SessionUnderTest& client, std::size_t connection, const Bytes& bytes) {
  std::span<const std::byte> rest(bytes);
  return client.until([&] {
    const ssize_t sent = send(connections_[connection].fd.get(), rest.data(), rest.size(),
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) rest = rest.subspan(static_cast<std::size_t>(sent));
    return rest.empty() || (sent < 0 && errno != EAGAIN);
  }) && rest.empty();
}

bool RawPeer::hear(std::size_t connection) {
  One& one = connections_[connection];
  std::array<std::byte, 4096> bytes;
  for (;;) {
    const ssize_t count = recv(one.fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) one.closed = true;
    if (count <= 0) return true;
    if (!one.client.take(std::span(bytes).first(static_cast<std::size_t>(count)))) return false;
  }
}

bool RawPeer::closed(std::size_t connection) {
  EXPECT_TRUE(hear(connection));
  return connections_[connection].closed;
}

void RawPeer::connect(SessionUnderTest& client) {
  using namespace pierglass::test;
  const std::vector<Bytes> main = {link_answer(), ticket_answer(), main_init(), channels_list()};
  const std::vector<Bytes> inputs = {link_answer(), ticket_answer(), inputs_init()};
  ASSERT_TRUE(say(client, accept(client), joined(main)));
  ASSERT_TRUE(say(client, accept(client), joined(inputs)));
  ASSERT_TRUE(client.until_connected());
}

}  // namespace pierglass::spice::test
