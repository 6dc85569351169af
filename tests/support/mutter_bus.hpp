// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace pierglass::test {

struct MessageEnd {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using BusMessage = std::unique_ptr<sd_bus_message, MessageEnd>;

// Throws std::runtime_error for a negative result of sd-bus.
inline void check_bus(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error(what + ": " + std::strerror(-result));
}

// A connection to the bus that mutter is on. One thread.
class MutterBus {
 public:
  // One of mutter's objects, seen by one of its interfaces.
  struct Object {
    std::string service;
    std::string path;
    std::string interface;
  };

  MutterBus() = default;
  MutterBus(const MutterBus&) = delete;
  MutterBus& operator=(const MutterBus&) = delete;
  ~MutterBus() { sd_bus_flush_close_unref(bus_); }

  // False: nobody listens there yet. Throws what else goes wrong.
  [[nodiscard]] bool connect(const std::filesystem::path& socket);
  [[nodiscard]] sd_bus* native() const { return bus_; }

  // Calls and waits for the answer; throws, with what mutter said, when it is an error. `types` and
  // `arguments` as sd_bus_message_append(3) takes them.
  template <typename... Arguments>
  BusMessage call(const Object& object, const char* method, const char* types,
                  Arguments... arguments) {
    sd_bus_error error{};
    sd_bus_message* reply = nullptr;
    const int result =
        sd_bus_call_method(bus_, object.service.c_str(), object.path.c_str(),
                           object.interface.c_str(), method, &error, &reply, types, arguments...);
    const std::string said = error.message != nullptr ? error.message : "";
    sd_bus_error_free(&error);
    check_bus(result, "mutter refuses " + std::string(method) + " (" + said + ")");
    return BusMessage(reply);
  }

 private:
  sd_bus* bus_ = nullptr;
};

}  // namespace pierglass::test
