// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/broker_process.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

const std::chrono::seconds kPatience = patience(std::chrono::seconds(20));

}  // namespace

std::filesystem::path broker_program() {
  const char* chosen = std::getenv("PIERGLASS_BROKER_PROGRAM");
  return chosen != nullptr ? chosen : PIERGLASS_BROKER_PROGRAM;
}

BrokerProcess::BrokerProcess(Lab& lab, std::string name, std::vector<std::string> arguments)
    : lab_(lab),
      name_(std::move(name)),
      arguments_(std::move(arguments)),
      socket_(lab.runtime() / "pierglass-broker" / (name_ + ".sock")),
      process_(launch()) {
  wait_for_socket();
}

Process BrokerProcess::launch() {
  // A killed one leaves its socket behind.
  std::filesystem::remove(socket_);
  std::vector<std::string> words = {lab_.stage(broker_program()).string(), name_, "--folder",
                                    socket_.parent_path().string()};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  return Process(lab_.command("broker-" + name_, std::move(words)));
}

void BrokerProcess::wait_for_socket() {
  const bool there = wait_until(
      [this] { return std::filesystem::is_socket(socket_) || !process_.running(); }, kPatience);
  if (there && process_.running()) return;
  throw std::runtime_error("pierglass-broker does not serve: " + process_.err());
}

void BrokerProcess::kill() {
  process_.kill();
}

void BrokerProcess::start() {
  process_ = launch();
  wait_for_socket();
}

}  // namespace pierglass::test
