// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "broker/endpoint.hpp"
#include "broker/kept.hpp"
#include "broker/log.hpp"
#include "broker/memory.hpp"
#include "broker/server.hpp"
#include "broker/settings.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::broker {

// What one virtual machine has of the broker: memory, socket, server. On the loop's thread.
class Machine {
 public:
  struct Surroundings {
    loop::EventLoop& loop;
    ServiceManager& manager;
    LogSink log;
  };
  // `name` is one of the settings'; `handed` may be empty. An error is a sentence for the user.
  // Loop and manager must outlive the machine.
  static std::expected<std::unique_ptr<Machine>, std::string> start(const std::string& name,
                                                                    const Settings& settings,
                                                                    Handed handed,
                                                                    const Surroundings& around);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] const Server& server() const { return *server_; }
  [[nodiscard]] std::uint64_t memory_bytes() const { return memory_.bytes; }
  // Path of the socket, whoever made it.
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  Machine(std::string name, const Surroundings& around)
      : name_(std::move(name)), log_(around.log), kept_(name_, around.manager) {}

  std::expected<void, std::string> take_memory(const Settings& settings, Handed& handed);
  std::expected<int, std::string> open_endpoint(const Settings& settings, Fd listener);
  std::expected<Memory, std::string> new_memory(const Settings& settings);
  [[nodiscard]] bool keeps(const Memory& memory, const Settings& settings, const Handed& handed);
  IdState take_ids(Handed& handed);
  void dismiss(std::vector<KeptPeer>& peers);

  std::string name_;
  LogSink log_;
  KeptBySystemd kept_;
  Memory memory_;
  std::string place_;
  std::optional<Endpoint> endpoint_;
  std::unique_ptr<Server> server_;
};

}  // namespace pierglass::broker
