// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/line_socket.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// QEMU's options for one IVSHMEM device at 00:10.0.
std::vector<std::string> plain_device(const MemoryFile& memory, std::uint64_t bytes);
std::vector<std::string> doorbell_device(const std::filesystem::path& socket, unsigned vectors);

// A virtual machine with one IVSHMEM device, without hardware acceleration, whose Linux publishes
// the pattern there when it is told. Gone when this is destroyed.
class IvshmemMachine {
 public:
  // Returns once the guest is ready, which takes some four seconds; throws otherwise.
  IvshmemMachine(Lab& lab, std::vector<std::string> device);

  // Starts pattern_feed in the guest with these options beside --memory pci; none may contain a
  // space. Waits until its process is there; throws when it is not.
  void run_feed(const std::vector<std::string>& options);
  void signal_feed(int number);
  // Its exit status once it has ended.
  [[nodiscard]] std::optional<int> feed_ended();

  // What the guest's programs and its kernel said.
  [[nodiscard]] std::string console() const { return process_->out() + process_->err(); }

 private:
  void start();
  void take(std::string_view line);

  Lab& lab_;
  std::vector<std::string> device_;
  std::filesystem::path folder_;
  std::filesystem::path port_path_;
  std::optional<Process> process_;
  std::optional<LineSocket> port_;
  bool ready_ = false;
  unsigned started_ = 0;
  std::optional<int> ended_;
};

}  // namespace pierglass::test
