// SPDX-License-Identifier: GPL-2.0-or-later
// A hostile ivshmem server: bytes in any pieces, with descriptors of any kind in any number. The
// end that connects may end the connection; it may not hang, ring a stranger, or forget what it
// had. Input: steps {code u8, arguments}, see Script::step(); at most kMaxSteps.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "base/fd.hpp"
#include "ivshmem/connection.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using ivshmem::Connection;

constexpr int kMaxSteps = 200;
constexpr std::size_t kMostBytes = 24;
constexpr std::size_t kMostDescriptors = 12;

// What a server may send, as descriptors that last as long as the program.
class Things {
 public:
  Things() {
    std::array<int, 2> pipe{};
    require(pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0, "pipe");
    for (int& fd : eventfds_) fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    others_ = {memfd_create("memory", MFD_CLOEXEC), pipe[0], pipe[1],
               open("/dev/null", O_RDWR | O_CLOEXEC)};
  }
  // Eventfds mostly, so that scripts get anywhere.
  [[nodiscard]] int pick(std::uint8_t choice) const {
    const std::size_t at = choice % 8;
    return at < eventfds_.size() ? eventfds_[at] : others_[at - eventfds_.size()];
  }
  void refill(std::uint8_t choice, std::uint64_t count) const {
    const int fd = eventfds_[choice % eventfds_.size()];
    eventfd_t old = 0;
    // Another holder may have taken it away.
    fcntl(fd, F_SETFL, O_NONBLOCK);
    (void)eventfd_read(fd, &old);
    (void)eventfd_write(fd, count);
    if ((choice & 0x80) != 0) fcntl(fd, F_SETFL, 0);
  }

 private:
  std::array<int, 4> eventfds_{};
  std::array<int, 4> others_{};
};

class Script {
 public:
  explicit Script(Input input) : input_(input) {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
    server_.reset(ends[1]);
    auto connection = Connection::over(Fd(ends[0]));
    require(connection.has_value(), "a connection");
    connection_ = std::move(*connection);
  }

  void run() {
    for (int i = 0; i < kMaxSteps && !input_.empty(); ++i) {
      step(input_.take<std::uint8_t>());
      look();
    }
  }

 private:
  void step(std::uint8_t code) {
    switch (code % 8) {
      case 0:  // greeting, whole
        send_value(0, {});
        send_value(input_.take<std::uint16_t>(), {});
        return send_value(-1, 4);
      case 1:
      case 2:  // a peer with a descriptor, small numbers mostly
        return send_value(input_.take<std::uint8_t>() & 0x0f, input_.take<std::uint8_t>());
      case 3:
        return send_value(input_.take<std::uint8_t>() & 0x0f, {});
      case 4:
        return send_value(input_.take<std::int64_t>(), input_.take<std::uint8_t>());
      case 5:
        return send_pieces();
      case 6:
        return things().refill(input_.take<std::uint8_t>(), input_.take<std::uint64_t>());
      default: {
        const auto peer = input_.take<std::uint8_t>();
        const auto vector = input_.take<std::uint8_t>();
        const bool known = connection_->has_peer(peer, vector);
        require(!connection_->ring(peer, vector) || known, "only announced peers are rung");
      }
    }
  }

  static const Things& things() {
    static const Things made;
    return made;
  }

  void send_value(std::int64_t value, std::optional<std::uint8_t> thing) {
    std::array<std::byte, 8> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    std::array<int, 1> fds{thing ? things().pick(*thing) : -1};
    send(bytes, std::span(fds).first(thing ? 1 : 0));
  }

  void send_pieces() {
    std::array<std::byte, kMostBytes> bytes{};
    std::array<int, kMostDescriptors> fds{};
    const std::size_t size = 1 + input_.take<std::uint8_t>() % kMostBytes;
    input_.take_into(bytes.data(), size);
    const std::size_t count = input_.take<std::uint8_t>() % (kMostDescriptors + 1);
    for (std::size_t i = 0; i < count; ++i) fds[i] = things().pick(input_.take<std::uint8_t>());
    send(std::span(bytes).first(size), std::span(fds).first(count));
  }

  void send(std::span<std::byte> bytes, std::span<const int> fds) {
    iovec data{.iov_base = bytes.data(), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(kMostDescriptors * sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    if (!fds.empty()) {
      header.msg_control = control.data();
      header.msg_controllen = CMSG_SPACE(fds.size_bytes());
      cmsghdr* part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(fds.size_bytes());
      std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
    }
    (void)sendmsg(server_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  void look() {
    const auto id = connection_->id();
    const int memory = connection_->memory();
    const std::size_t vectors = connection_->own_vectors();
    const bool was_lost = connection_->state() == Connection::State::Lost;
    const auto events = connection_->on_ready();
    const bool lost = connection_->state() == Connection::State::Lost;
    require(events.has_value() || lost, "nonsense ends the connection");
    require(!was_lost || (events && !events->lost), "it ends once");
    require(!id || connection_->id() == id, "the id stays");
    require(memory < 0 || connection_->memory() == memory, "the memory stays");
    require(connection_->own_vectors() >= vectors, "own vectors stay");
    require(connection_->own_vectors() <= ivshmem::kMaxVectors, "own vectors are bounded");
    require(connection_->peer_count() <= ivshmem::kMaxPeers, "peers are bounded");
    require(!id || !connection_->has_peer(*id), "not its own peer");
  }

  Input input_;
  Fd server_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::Script(pierglass::fuzz::Input(data, size)).run();
  return 0;
}
