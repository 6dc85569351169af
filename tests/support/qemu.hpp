// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/input_log.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// What the machine has beside its PS/2 keyboard and mouse. tests/lab/README.md says how fast each
// may be pressed without losing anything.
enum class InputDevices : std::uint8_t {
  Ps2,     // nothing
  Virtio,  // virtio keyboard and mouse, which QEMU then uses
  Tablet,  // an USB tablet, and the screen of 720x400 in whose pixels SPICE counts its positions
};

struct Machine {
  InputDevices devices = InputDevices::Ps2;
  std::string ticket;  // SPICE asks for this password; empty: for none
};

// A virtual machine with a SPICE server at a Unix socket and a Linux that logs its input, without
// hardware acceleration. Gone when this is destroyed.
class QemuGuest {
 public:
  // Returns once the guest is ready, which takes some four seconds; throws otherwise.
  QemuGuest(Lab& lab, Machine machine);

  // SPICE's socket, the same after each start.
  [[nodiscard]] const std::filesystem::path& socket() const { return spice_; }
  [[nodiscard]] InputLog& log() { return *log_; }

  // Ends it as a crash would.
  void kill();
  // Begins anew with everything released; after kill().
  void start();

 private:
  [[nodiscard]] Command command();

  Lab& lab_;
  Machine machine_;
  std::filesystem::path folder_;
  std::filesystem::path spice_;
  std::filesystem::path log_socket_;
  std::optional<Process> process_;
  std::optional<InputLog> log_;
};

}  // namespace pierglass::test
