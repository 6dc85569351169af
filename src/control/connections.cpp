// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/connections.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace pierglass::control {
namespace {

// More callers than this are let in in the next round of the loop.
constexpr int kCallersPerRound = 8;
// How long to rest when the system has no descriptor left for a caller.
constexpr Nanoseconds kRest = std::chrono::milliseconds(100);

bool is_allowed(const Fd& fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == geteuid() || peer.uid == 0);
}

// One record fits the socket's buffer; a caller that has no room for it does not want it.
void send_reply(const Fd& fd, const Reply& reply) {
  const std::string record = encode(reply);
  [[maybe_unused]] const ssize_t sent =
      ::send(fd.get(), record.data(), record.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::string refusal(const Error& error) {
  if (error.code == ErrorCode::VersionMismatch) {
    return "the running pierglass is of another release: end and start it again";
  }
  return "the request is not understood";
}

}  // namespace

Connections::Connections(loop::EventLoop& loop, int listener, Server::Handler handler,
                         ServerLimits limits)
    : loop_(loop), listener_(listener), handler_(std::move(handler)), limits_(limits) {}

Result<void> Connections::start() {
  auto fire = [this](std::uint64_t) -> Result<loop::Next> {
    TRY(on_time());
    return loop::Next::Keep;
  };
  timer_.emplace(TRY(loop::Timer::create(loop_, std::move(fire))));
  return listen();
}

Result<void> Connections::listen() {
  auto call = [this](loop::Ready) -> Result<loop::Next> {
    on_callers();
    return loop::Next::Keep;
  };
  callers_ = TRY(loop_.watch(listener_, loop::Interest::Read, std::move(call)));
  return {};
}

void Connections::end() noexcept {
  callers_.reset();
  timer_.reset();
  for (const auto& connection : std::exchange(open_, {})) {
    if (!connection->asked) continue;
    send_reply(connection->fd, {.refusal = "pierglass ended before that was done"});
  }
}

void Connections::pause() noexcept {
  callers_.reset();
  resume_ = HostClock::now() + kRest;
}

void Connections::on_callers() {
  for (int i = 0; i < kCallersPerRound && take_caller(); ++i) {
  }
  arm();
}

// False when there is no further one for now.
bool Connections::take_caller() {
  Fd fd(accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) {
    if (is_allowed(fd)) add(std::move(fd));
    return true;
  }
  if (errno == ECONNABORTED || errno == EINTR) return true;
  if (errno != EAGAIN) pause();
  return false;
}

void Connections::add(Fd fd) {
  if (open_.size() >= limits_.connections && !make_room()) {
    return send_reply(fd, {.refusal = "too much is asked of it at once"});
  }
  auto connection = std::make_unique<Connection>();
  connection->id = ++last_id_;
  connection->deadline = HostClock::now() + limits_.silence;
  auto registration = loop_.watch(fd.get(), loop::Interest::Read,
                                  [this, id = last_id_](loop::Ready) -> Result<loop::Next> {
                                    on_ready(id);
                                    return loop::Next::Keep;
                                  });
  if (!registration) return;
  connection->fd = std::move(fd);
  connection->registration = std::move(*registration);
  open_.push_back(std::move(connection));
}

bool Connections::make_room() noexcept {
  const auto silent = std::ranges::find_if(open_, [](const auto& one) { return !one->asked; });
  if (silent == open_.end()) return false;
  open_.erase(silent);
  return true;
}

void Connections::on_ready(std::uint64_t id) {
  const auto at = find(id);
  if (at == open_.end()) return;
  Connection& connection = **at;
  std::array<std::byte, kMaxRecord + 1> record;
  const ssize_t got = recv(connection.fd.get(), record.data(), record.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // One that has asked and says more, or nothing any more, does not wait for its answer.
  if (got <= 0 || connection.asked) {
    open_.erase(at);
    return;
  }
  on_request(connection, std::span(record).first(static_cast<std::size_t>(got)));
}

void Connections::on_request(Connection& connection, std::span<const std::byte> record) {
  const std::shared_ptr<Connections> self = shared_from_this();  // the handler may end the server
  connection.asked = true;
  connection.deadline = HostClock::now() + limits_.answer;
  arm();
  const Result<Request> request = parse_request(record);
  if (!request) return answer(connection.id, {.refusal = refusal(request.error())});
  handler_(*request, Answer(self, connection.id));
}

Result<void> Connections::on_time() {
  const HostTime now = HostClock::now();
  for (const auto& one : open_) {
    if (one->asked && one->deadline <= now) {
      send_reply(one->fd, {.refusal = "the running pierglass took too long"});
    }
  }
  std::erase_if(open_, [now](const auto& one) { return one->deadline <= now; });
  if (resume_ && *resume_ <= now) {
    resume_.reset();
    TRY(listen());
  }
  arm();
  return {};
}

void Connections::arm() noexcept {
  std::optional<HostTime> next = resume_;
  for (const auto& one : open_) next = std::min(next.value_or(one->deadline), one->deadline);
  if (timer_ && next) (void)timer_->arm_at(*next);
}

Connections::Open::const_iterator Connections::find(std::uint64_t id) const noexcept {
  return std::ranges::find(open_, id, [](const auto& one) { return one->id; });
}

void Connections::answer(std::uint64_t id, const Reply& reply) noexcept {
  const auto at = find(id);
  if (at == open_.end()) return;
  send_reply((*at)->fd, reply);
  open_.erase(at);
}

bool Connections::waits(std::uint64_t id) const noexcept {
  return find(id) != open_.end();
}

}  // namespace pierglass::control
