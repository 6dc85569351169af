// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/wayland_recorder.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <list>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>

#include "base/fd.hpp"

namespace pierglass::test {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kMaxDescriptors = 28;  // of one libwayland message buffer
constexpr std::size_t kChunkBytes = 64 * 1024;

// Fixed by the protocol: wl_display is object 1; opcodes count the requests of an interface.
constexpr std::uint32_t kDisplayObject = 1;
constexpr std::uint32_t kDisplayGetRegistry = 1;
constexpr std::uint32_t kRegistryBind = 0;
constexpr std::uint32_t kCompositorCreateSurface = 0;
constexpr std::uint32_t kSurfaceDestroy = 0;
constexpr std::uint32_t kSurfaceCommit = 6;

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
  std::uint32_t word = 0;
  if (offset + sizeof word <= bytes.size()) std::memcpy(&word, &bytes[offset], sizeof word);
  return word;
}

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    throw_errno("socket path");
  }
  std::strcpy(address.sun_path, path.c_str());
  return address;
}

Fd listen_at(const std::filesystem::path& path, std::optional<uid_t> owner) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_of(path);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 4) != 0) {
    throw_errno("listen");
  }
  if (owner && ::chown(path.c_str(), *owner, static_cast<gid_t>(*owner)) != 0) {
    throw_errno("chown socket");
  }
  return fd;
}

Fd connect_to(const std::filesystem::path& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  if (!fd ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  return fd;
}

using Control = std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)>;

// What one recvmsg() brought; the descriptors are ours until closed.
struct Chunk {
  std::array<std::byte, kChunkBytes> bytes;
  std::size_t size = 0;
  std::array<int, kMaxDescriptors> descriptors{};
  std::size_t descriptor_count = 0;

  void close_descriptors() {
    for (std::size_t i = 0; i < descriptor_count; ++i) ::close(descriptors[i]);
    descriptor_count = 0;
  }
};

bool receive(int from, Chunk& chunk) {
  alignas(cmsghdr) Control control{};
  iovec vector{.iov_base = chunk.bytes.data(), .iov_len = chunk.bytes.size()};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(from, &header, MSG_CMSG_CLOEXEC);
  if (got <= 0) return false;
  chunk.size = static_cast<std::size_t>(got);
  chunk.descriptor_count = 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::memcpy(chunk.descriptors.data(), CMSG_DATA(part), count * sizeof(int));
    chunk.descriptor_count = count;
  }
  return true;
}

// All of it; the descriptors go with the first byte, as they came.
bool send(int to, const Chunk& chunk) {
  alignas(cmsghdr) Control control{};
  std::size_t done = 0;
  while (done < chunk.size) {
    iovec vector{.iov_base = const_cast<std::byte*>(chunk.bytes.data()) + done,
                 .iov_len = chunk.size - done};
    msghdr header{};
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    if (done == 0 && chunk.descriptor_count != 0) {
      header.msg_control = control.data();
      header.msg_controllen = CMSG_SPACE(sizeof(int) * chunk.descriptor_count);
      cmsghdr* part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(sizeof(int) * chunk.descriptor_count);
      std::memcpy(CMSG_DATA(part), chunk.descriptors.data(), sizeof(int) * chunk.descriptor_count);
    }
    const ssize_t sent = ::sendmsg(to, &header, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    done += static_cast<std::size_t>(sent);
  }
  return true;
}

struct Connection {
  Fd client;
  Fd compositor;
  RequestParser parser;
};

}  // namespace

std::size_t RequestParser::message_size(std::size_t at) const {
  const std::span<const std::byte> rest = std::span(pending_).subspan(at);
  if (rest.size() < kHeaderBytes) return 0;
  const std::size_t size = word_at(rest, 4) >> 16;
  return size >= kHeaderBytes && size <= rest.size() ? size : 0;
}

std::uint32_t RequestParser::handle(std::span<const std::byte> message) {
  const std::uint32_t object = word_at(message, 0);
  const std::uint32_t opcode = word_at(message, 4) & 0xffff;
  if (object == kDisplayObject && opcode == kDisplayGetRegistry) {
    registries_.insert(word_at(message, kHeaderBytes));
  } else if (registries_.contains(object) && opcode == kRegistryBind) {
    bind(message);
  } else if (compositors_.contains(object) && opcode == kCompositorCreateSurface) {
    surfaces_.insert(word_at(message, kHeaderBytes));
  } else if (surfaces_.contains(object) && opcode == kSurfaceDestroy) {
    surfaces_.erase(object);
  } else if (surfaces_.contains(object) && opcode == kSurfaceCommit) {
    return object;
  }
  return 0;
}

// wl_registry.bind: name, interface as a string (length with its zero, padded to 4), version, id.
void RequestParser::bind(std::span<const std::byte> message) {
  constexpr std::size_t kLengthAt = kHeaderBytes + 4;
  const std::size_t length = word_at(message, kLengthAt);
  const std::size_t padded = (length + 3) & ~std::size_t{3};
  if (length == 0 || kLengthAt + 4 + padded + 8 > message.size()) return;
  const std::string_view interface(
      reinterpret_cast<const char*>(message.subspan(kLengthAt + 4).data()), length - 1);
  if (interface == "wl_compositor") {
    compositors_.insert(word_at(message, kLengthAt + 4 + padded + 4));
  }
}

struct WaylandRecorder::State {
  std::filesystem::path compositor;
  Fd listener;
  Fd stop{::eventfd(0, EFD_CLOEXEC)};
  mutable std::mutex mutex;
  std::vector<RecordedCommit> commits;
  std::list<Connection> connections;
  Chunk chunk;
  std::thread thread;

  void run();
  void accept_client();
  bool pump_client(Connection& connection);
  bool pump_compositor(Connection& connection);
};

void WaylandRecorder::State::accept_client() {
  Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  Fd server = connect_to(compositor);
  if (client && server) {
    connections.push_back(
        {.client = std::move(client), .compositor = std::move(server), .parser = {}});
  }
}

bool WaylandRecorder::State::pump_client(Connection& connection) {
  if (!receive(connection.client.get(), chunk)) return false;
  const std::int64_t now = monotonic_ns();
  const bool sent = send(connection.compositor.get(), chunk);
  chunk.close_descriptors();
  const std::lock_guard lock(mutex);
  connection.parser.feed(std::span(chunk.bytes).first(chunk.size), [&](std::uint32_t surface) {
    commits.push_back({.at_ns = now, .surface = surface});
  });
  return sent;
}

bool WaylandRecorder::State::pump_compositor(Connection& connection) {
  if (!receive(connection.compositor.get(), chunk)) return false;
  const bool sent = send(connection.client.get(), chunk);
  chunk.close_descriptors();
  return sent;
}

void WaylandRecorder::State::run() {
  for (;;) {
    std::vector<pollfd> polled = {{stop.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    for (const Connection& connection : connections) {
      polled.push_back({connection.client.get(), POLLIN, 0});
      polled.push_back({connection.compositor.get(), POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    std::size_t at = 2;
    for (auto connection = connections.begin(); connection != connections.end(); at += 2) {
      // What the compositor said last still reaches a client that is being thrown out.
      const bool open = (polled[at + 1].revents == 0 || pump_compositor(*connection)) &&
                        (polled[at].revents == 0 || pump_client(*connection));
      connection = open ? std::next(connection) : connections.erase(connection);
    }
    if (polled[1].revents != 0) accept_client();
  }
}

WaylandRecorder::WaylandRecorder(const std::filesystem::path& socket,
                                 const std::filesystem::path& compositor,
                                 std::optional<uid_t> owner)
    : state_(std::make_unique<State>()) {
  state_->compositor = compositor;
  state_->listener = listen_at(socket, owner);
  state_->thread = std::thread([this] { state_->run(); });
}

WaylandRecorder::~WaylandRecorder() {
  const std::uint64_t one = 1;
  if (::write(state_->stop.get(), &one, sizeof one) == sizeof one) state_->thread.join();
}

std::vector<RecordedCommit> WaylandRecorder::commits() const {
  const std::lock_guard lock(state_->mutex);
  return state_->commits;
}

void WaylandRecorder::clear() {
  const std::lock_guard lock(state_->mutex);
  state_->commits.clear();
}

}  // namespace pierglass::test
