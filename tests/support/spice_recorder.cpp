// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/spice_recorder.hpp"

#include <poll.h>
#include <spice/enums.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "loop/prompt_thread.hpp"
#include "tests/support/unix_socket.hpp"

namespace pierglass::test {
namespace {

constexpr std::size_t kLinkHeaderBytes = 16;  // magic, version twice, size of the rest
constexpr std::size_t kTicketBytes = 4 + 128;
constexpr std::size_t kMessageHeaderBytes = 6;  // type, size of the rest
constexpr std::size_t kChunkBytes = 16 * 1024;

template <typename T>
T at(std::span<const std::byte> bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

SpiceInput two_numbers(SpiceInput::Kind kind, std::span<const std::byte> body) {
  return {.kind = kind, .a = at<std::int32_t>(body, 0), .b = at<std::int32_t>(body, 4)};
}

std::optional<SpiceInput> input_of(unsigned type, std::span<const std::byte> body) {
  using Kind = SpiceInput::Kind;
  switch (type) {
    case SPICE_MSGC_INPUTS_KEY_DOWN:
    case SPICE_MSGC_INPUTS_KEY_UP:
      return SpiceInput{.kind = Kind::Key,
                        .a = at<std::int32_t>(body, 0) & ~0x80,
                        .b = type == SPICE_MSGC_INPUTS_KEY_DOWN ? 1 : 0};
    case SPICE_MSGC_INPUTS_MOUSE_MOTION:
      return two_numbers(Kind::Motion, body);
    case SPICE_MSGC_INPUTS_MOUSE_POSITION:
      return two_numbers(Kind::Position, body);
    case SPICE_MSGC_INPUTS_MOUSE_PRESS:
    case SPICE_MSGC_INPUTS_MOUSE_RELEASE:
      return SpiceInput{.kind = Kind::Button,
                        .a = at<std::uint8_t>(body, 0),
                        .b = type == SPICE_MSGC_INPUTS_MOUSE_PRESS ? 1 : 0};
    default:
      return std::nullopt;
  }
}

bool send_all(int to, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

struct Connection {
  Fd client;
  Fd server;
  SpiceParser parser;
};

}  // namespace

std::size_t SpiceParser::part_size() const {
  std::size_t size = 0;
  switch (stage_) {
    case Stage::Link:
      if (pending_.size() < kLinkHeaderBytes) return 0;
      size = kLinkHeaderBytes + at<std::uint32_t>(pending_, 12);
      break;
    case Stage::Ticket:
      size = kTicketBytes;
      break;
    case Stage::Messages:
      if (pending_.size() < kMessageHeaderBytes) return 0;
      size = kMessageHeaderBytes + at<std::uint32_t>(pending_, 2);
      break;
  }
  return size <= pending_.size() ? size : 0;
}

std::optional<SpiceInput> SpiceParser::take(std::span<const std::byte> part) {
  switch (stage_) {
    case Stage::Link:
      inputs_ = at<std::uint8_t>(part, kLinkHeaderBytes + 4) == SPICE_CHANNEL_INPUTS;
      stage_ = Stage::Ticket;
      return std::nullopt;
    case Stage::Ticket:
      stage_ = Stage::Messages;
      return std::nullopt;
    case Stage::Messages:
      if (!inputs_) return std::nullopt;
      return input_of(at<std::uint16_t>(part, 0), part.subspan(kMessageHeaderBytes));
  }
  return std::nullopt;
}

struct SpiceRecorder::State {
  std::filesystem::path server;
  Fd listener;
  Fd stop{::eventfd(0, EFD_CLOEXEC)};
  mutable std::mutex mutex;
  std::vector<RecordedSpice> input;
  std::list<Connection> connections;
  std::array<std::byte, kChunkBytes> chunk;
  std::thread thread;

  void run();
  void accept_client();
  bool pump_client(Connection& connection);
  bool pump_server(Connection& connection);
};

void SpiceRecorder::State::accept_client() {
  Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  Fd to = connect_to(server);
  if (client && to) {
    connections.push_back({.client = std::move(client), .server = std::move(to), .parser = {}});
  }
}

bool SpiceRecorder::State::pump_client(Connection& connection) {
  const ssize_t got = ::recv(connection.client.get(), chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  const std::int64_t now = monotonic_ns();
  const auto bytes = std::span<const std::byte>(chunk).first(static_cast<std::size_t>(got));
  const bool sent = send_all(connection.server.get(), bytes);
  const std::lock_guard lock(mutex);
  connection.parser.feed(
      bytes, [&](const SpiceInput& one) { input.push_back({.input = one, .at_ns = now}); });
  return sent;
}

bool SpiceRecorder::State::pump_server(Connection& connection) {
  const ssize_t got = ::recv(connection.server.get(), chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  return send_all(connection.client.get(),
                  std::span<const std::byte>(chunk).first(static_cast<std::size_t>(got)));
}

void SpiceRecorder::State::run() {
  for (;;) {
    std::vector<pollfd> polled = {{stop.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    for (const Connection& connection : connections) {
      polled.push_back({connection.client.get(), POLLIN, 0});
      polled.push_back({connection.server.get(), POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) return;
    std::size_t at = 2;
    for (auto connection = connections.begin(); connection != connections.end(); at += 2) {
      const bool open = (polled[at].revents == 0 || pump_client(*connection)) &&
                        (polled[at + 1].revents == 0 || pump_server(*connection));
      connection = open ? std::next(connection) : connections.erase(connection);
    }
    if (polled[1].revents != 0) accept_client();
  }
}

SpiceRecorder::SpiceRecorder(const std::filesystem::path& socket,
                             const std::filesystem::path& server, std::optional<uid_t> owner)
    : state_(std::make_unique<State>()) {
  state_->server = server;
  state_->listener = listen_at(socket, owner);
  state_->thread = std::thread([this] {
    loop::make_thread_prompt();
    state_->run();
  });
}

SpiceRecorder::~SpiceRecorder() {
  const std::uint64_t one = 1;
  if (::write(state_->stop.get(), &one, sizeof one) == sizeof one) state_->thread.join();
}

std::vector<RecordedSpice> SpiceRecorder::input() const {
  const std::lock_guard lock(state_->mutex);
  return state_->input;
}

void SpiceRecorder::clear() {
  const std::lock_guard lock(state_->mutex);
  state_->input.clear();
}

}  // namespace pierglass::test
