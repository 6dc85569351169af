// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/desk.hpp"

namespace pierglass::test {

// So soon a picture must be back after the last of broker, guest and client has come back.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::chrono::seconds kBack(3);  // sanitizers make starting slower
#else
inline constexpr std::chrono::seconds kBack(2);
#endif

// The client's last act: five seconds after the last frame it lets the screen go dark.
inline constexpr std::chrono::seconds kStill(6);

// A desk whose client and guest are peers of a real broker. The output has the pattern's size.
class BrokerDesk {
 public:
  explicit BrokerDesk(const guest::PatternSpec& pattern);

  Desk& desk() { return desk_; }
  [[nodiscard]] const guest::PatternSpec& pattern() const { return pattern_; }
  Process& broker() { return *broker_; }
  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }

  // Each replaces what there was; nobody waits for the others. The broker finds the socket that a
  // killed one left.
  void start_broker();
  void start_guest(std::vector<std::string> more = {});
  void start_client(std::vector<std::string> more = {}, Records records = Records::None);
  void kill_broker() { broker_.reset(); }

  // Until the socket is there, which QEMU does not wait for.
  [[nodiscard]] bool broker_listens();

  // More frames of the pattern than a killed guest leaves to be shown, the last with all pixels
  // right, within `patience`.
  [[nodiscard]] testing::AssertionResult moves(std::chrono::nanoseconds patience);

  // Guest and client have mapped the same memory, and not `but`; within `patience`. Of 0: none.
  [[nodiscard]] testing::AssertionResult shares_memory(std::chrono::nanoseconds patience,
                                                       std::uint64_t but = 0);
  // The memory that the guest has mapped; 0: none.
  [[nodiscard]] std::uint64_t guest_memory();

  // Until no thread of the client has run for `still`, within `patience`; not when it goes on
  // polling.
  [[nodiscard]] bool client_falls_asleep(std::chrono::nanoseconds still,
                                         std::chrono::nanoseconds patience);
  // Then no thread of it runs for ten seconds.
  [[nodiscard]] testing::AssertionResult client_sleeps();

 private:
  guest::PatternSpec pattern_;
  Desk desk_;
  std::filesystem::path folder_;
  std::filesystem::path socket_;
  std::optional<Process> broker_;
};

}  // namespace pierglass::test
