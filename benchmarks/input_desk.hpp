// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "benchmarks/input_times.hpp"
#include "tests/support/client.hpp"
#include "tests/support/injector.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/spice_recorder.hpp"
#include "tests/support/spice_server.hpp"
#include "tests/support/sway.hpp"
#include "tests/support/wayland_recorder.hpp"

namespace pierglass::benchmarks {

// Headless Sway with keyboard and mouse, a SPICE server, a memory with a guest's pictures, and
// between Sway, client and server sockets that write down when what passes. Throws
// std::runtime_error when something does not come up.
class InputDesk {
 public:
  // Sway's output has the pictures' size: they fill the window one to one.
  InputDesk(Size size, std::uint64_t memory_bytes);

  // Replaces the guest. `options` are pattern_feed's.
  void feed(std::vector<std::string> options);

  // `pierglass toggle`, which becomes the client, on the recorded socket.
  void start_client(const std::string& renderer, test::Records records = test::Records::None);
  void stop_client();
  // A `pierglass` that reaches the running client.
  [[nodiscard]] test::Command remote(std::vector<std::string> words);

  // Waits until keys reach the server and the pointer is locked.
  void wait_until_captured();
  // Has capture ended, and waits until absolute positions reach the server.
  void release();

  // Every 10 ms a key goes down or up.
  InputTimes press_keys(int count);
  // 1000 a second to the right, each of another length than the one before; every 50th millisecond
  // a button goes down or up too.
  InputTimes move(int count);
  // 1000 absolute places a second.
  InputTimes place(int count);

  test::Lab& lab() { return lab_; }
  test::HeadlessSway& sway() { return sway_; }
  test::Client& client() { return *client_; }
  test::WaylandRecorder& wayland() { return *wayland_; }
  // What the last press_keys(), move() or place() took.
  [[nodiscard]] std::chrono::nanoseconds took() const { return took_; }

 private:
  InputTimes inject(int count, std::chrono::nanoseconds interval,
                    const std::function<void(int)>& one);
  [[nodiscard]] bool all_arrived() const;

  Size size_;
  test::Lab lab_;
  test::MemoryFile memory_;
  test::HeadlessSway sway_;
  test::Injector injector_;
  std::filesystem::path wayland_socket_;
  std::filesystem::path spice_socket_;
  test::SpiceServer server_;
  test::SpiceRecorder spice_;
  std::unique_ptr<test::WaylandRecorder> wayland_;
  std::optional<test::Process> feed_;
  std::optional<test::Client> client_;
  std::chrono::nanoseconds took_{};
};

// A stretch of time has to pass, not a condition to hold.
void pass(std::chrono::nanoseconds span);

}  // namespace pierglass::benchmarks
