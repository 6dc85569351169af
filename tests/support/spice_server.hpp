// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace pierglass::test {

// What a virtual machine's keyboard or mouse got.
struct SpiceEvent {
  enum class Kind : std::uint8_t { Key, Motion, Position, Buttons, Wheel };
  Kind kind = Kind::Key;
  int a = 0;  // scan code byte; dx or x; mask; notches, positive is down
  int b = 0;  // dy or y
  // What is down, as the library tells machines: left 1, right 2, middle 4, side 64,
  // extra 128; not of keys.
  std::uint32_t buttons = 0;
  std::int64_t at_ns = 0;  // CLOCK_MONOTONIC
};

struct SpiceServerOptions {
  std::string unix_path;  // else TCP on 127.0.0.1
  int port = 0;           // TCP
  std::string password;   // empty: none is asked for
  bool tablet = false;    // offers absolute positions
  bool mouse = true;
  std::string name;                                  // of the machine; empty: not told
  std::optional<std::array<std::uint8_t, 16>> uuid;  // of the machine; none: not told
  std::uint8_t locks = 0;                            // lamps at the start, SPICE's bits
  // Called on the server's thread with each event.
  std::function<void(const SpiceEvent&)> on_event;
  // The server's thread stops serving once the inputs channel is up: nothing is read any more.
  bool deaf_after_link = false;
};

// A real SPICE server (libspice-server) on a thread of its own, with a keyboard, a mouse and
// perhaps a tablet that write down what they get. Stops when it goes.
class SpiceServer {
 public:
  explicit SpiceServer(SpiceServerOptions options);
  SpiceServer(const SpiceServer&) = delete;
  SpiceServer& operator=(const SpiceServer&) = delete;
  ~SpiceServer();

  // False when it cannot listen.
  [[nodiscard]] bool listening() const { return listening_; }

  [[nodiscard]] std::vector<SpiceEvent> events() const;
  [[nodiscard]] std::size_t event_count() const;
  void clear_events();

  // The scan code bytes so far, as hexadecimal numbers with spaces.
  [[nodiscard]] std::string keys() const;
  // Sums of the motions so far.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> motion_sum() const;

  // How many inputs channels are connected.
  [[nodiscard]] int inputs_connected() const { return inputs_; }

  // From any thread; done when they return.
  void set_locks(std::uint8_t locks);
  void set_password(const std::string& password);
  void add_tablet();
  void remove_tablet();
  // The thread serves nobody, and does again.
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }

 private:
  struct Machine;
  void serve();
  void run_on_thread(std::function<void()> work);

  SpiceServerOptions options_;
  std::unique_ptr<Machine> machine_;
  mutable std::mutex mutex_;
  std::vector<SpiceEvent> events_;
  std::function<void()> work_;
  std::atomic<bool> work_waits_ = false;
  std::atomic<bool> listening_ = false;
  std::atomic<bool> started_ = false;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> paused_ = false;
  std::atomic<int> inputs_ = 0;
  std::thread thread_;
};

}  // namespace pierglass::test
