// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/wayland_recorder.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "loop/prompt_thread.hpp"
#include "tests/support/unix_socket.hpp"

namespace pierglass::test {
namespace {

constexpr std::size_t kMaxDescriptors = 28;  // of one libwayland message buffer
constexpr std::size_t kChunkBytes = 64 * 1024;

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
  WaylandParser parser;
};

}  // namespace

struct WaylandRecorder::State {
  std::filesystem::path compositor;
  Fd listener;
  Fd stop{::eventfd(0, EFD_CLOEXEC)};
  mutable std::mutex mutex;
  std::vector<RecordedCommit> commits;
  std::vector<RecordedInput> input;
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
  connection.parser.requests(std::span(chunk.bytes).first(chunk.size), [&](std::uint32_t surface) {
    commits.push_back({.at_ns = now, .surface = surface});
  });
  return sent;
}

bool WaylandRecorder::State::pump_compositor(Connection& connection) {
  if (!receive(connection.compositor.get(), chunk)) return false;
  const std::int64_t received = monotonic_ns();
  const bool sent = send(connection.client.get(), chunk);
  const std::int64_t left = monotonic_ns();
  chunk.close_descriptors();
  const std::lock_guard lock(mutex);
  connection.parser.events(std::span(chunk.bytes).first(chunk.size), [&](const WaylandInput& one) {
    input.push_back({.input = one, .received_ns = received, .sent_ns = left});
  });
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
  state_->thread = std::thread([this] {
    loop::make_thread_prompt();
    state_->run();
  });
}

WaylandRecorder::~WaylandRecorder() {
  const std::uint64_t one = 1;
  if (::write(state_->stop.get(), &one, sizeof one) == sizeof one) state_->thread.join();
}

std::vector<RecordedCommit> WaylandRecorder::commits() const {
  const std::lock_guard lock(state_->mutex);
  return state_->commits;
}

std::vector<RecordedInput> WaylandRecorder::input() const {
  const std::lock_guard lock(state_->mutex);
  return state_->input;
}

void WaylandRecorder::clear() {
  const std::lock_guard lock(state_->mutex);
  state_->commits.clear();
  state_->input.clear();
}

}  // namespace pierglass::test
