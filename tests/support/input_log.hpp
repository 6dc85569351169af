// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/line_socket.hpp"

namespace pierglass::test {

// What one input device of the guest said: Linux EV_*, the code and the value.
struct GuestEvent {
  unsigned device;
  std::uint16_t type;
  std::uint16_t code;
  std::int32_t value;
  friend bool operator==(const GuestEvent&, const GuestEvent&) = default;
};

// What is pressed and which lights shine, on all devices together: Linux KEY_*, BTN_* and LED_*.
struct GuestState {
  std::set<std::uint32_t> pressed;
  std::set<std::uint32_t> lit;
  friend bool operator==(const GuestState&, const GuestState&) = default;
};

// The host's end of the line to tests/lab/input_log.cpp. One thread; nothing waits but where it
// says so. Throws std::runtime_error when the guest goes away or says that it lost events.
class InputLog {
 public:
  // Waits for the socket, which QEMU makes, for as long as `alive` holds.
  template <std::predicate Alive>
  InputLog(const std::filesystem::path& socket, Alive alive, std::chrono::nanoseconds timeout)
      : socket_(socket, alive, timeout) {}

  // Takes what has arrived.
  void read() {
    socket_.read([this](std::string_view line) { take(line); });
  }
  // Until `condition` holds; each time something arrives it is asked again.
  template <std::predicate Condition>
  [[nodiscard]] bool wait(Condition condition, std::chrono::nanoseconds timeout) {
    return socket_.wait([this](std::string_view line) { take(line); }, condition, timeout);
  }

  [[nodiscard]] bool ready() const { return ready_; }
  // By the number that events carry.
  [[nodiscard]] const std::map<unsigned, std::string>& devices() const { return devices_; }

  // Since the start or the last forget(). Ends of reports (SYN) and scan codes (MSC) are left out,
  // as are lights.
  [[nodiscard]] const std::vector<GuestEvent>& events() const { return events_; }
  void forget() { events_.clear(); }

  // As it is now; waits for the answer.
  GuestState state();

 private:
  void take(std::string_view line);
  void take_event(const GuestEvent& event);
  [[noreturn]] static void fail(const std::string& what);

  LineSocket socket_;
  bool ready_ = false;
  std::map<unsigned, std::string> devices_;
  std::vector<GuestEvent> events_;
  GuestState asked_;  // what the running answer has said so far
  unsigned answers_ = 0;
};

}  // namespace pierglass::test
