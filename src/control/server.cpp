// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/server.hpp"

#include <string>
#include <utility>

#include "control/connections.hpp"

namespace pierglass::control {

Answer::Answer(std::weak_ptr<Connections> connections, std::uint64_t id)
    : connections_(std::move(connections)), id_(id) {}

Answer::Answer(Answer&& other) noexcept = default;

Answer& Answer::operator=(Answer&& other) noexcept {
  if (this != &other) {
    refuse("the running pierglass gave no answer");
    connections_ = std::exchange(other.connections_, {});
    id_ = other.id_;
  }
  return *this;
}

Answer::~Answer() {
  refuse("the running pierglass gave no answer");
}

void Answer::done() {
  send({.done = true, .refusal = {}});
}

void Answer::refuse(std::string_view sentence) {
  if (wanted()) send({.done = false, .refusal = std::string(sentence)});
}

bool Answer::wanted() const {
  const auto connections = connections_.lock();
  return connections != nullptr && connections->waits(id_);
}

void Answer::send(const Reply& reply) {
  if (const auto connections = std::exchange(connections_, {}).lock()) {
    connections->answer(id_, reply);
  }
}

Result<Server> Server::create(loop::EventLoop& loop, int listener, Handler handler,
                              ServerLimits limits) {
  auto connections = std::make_shared<Connections>(loop, listener, std::move(handler), limits);
  TRY(connections->start());
  return Server(std::move(connections));
}

Server::Server(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

Server::Server(Server&&) noexcept = default;

Server::~Server() {
  if (connections_ != nullptr) connections_->end();
}

std::size_t Server::connections() const {
  return connections_->count();
}

}  // namespace pierglass::control
