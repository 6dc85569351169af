// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// A running pierglass-broker of the lab's user, in its default folder, where a client of the lab
// finds it as --memory unix:NAME.
class BrokerProcess {
 public:
  // `name`: of the virtual machine. `arguments`: further options, such as {"--for", "1920x1080"}.
  // Returns once its socket can be connected to; throws with what the broker said otherwise.
  BrokerProcess(Lab& lab, std::string name, std::vector<std::string> arguments = {});

  // For QEMU's -chardev socket,path=, or --memory unix:PATH.
  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }
  [[nodiscard]] Process& process() { return process_; }

  // Ends it as a crash would; everything it had is gone.
  void kill();
  // Begins anew, with new memory, at the same socket; after kill() or the process' own end.
  void start();

 private:
  [[nodiscard]] Process launch();
  void wait_for_socket();

  Lab& lab_;
  std::string name_;
  std::vector<std::string> arguments_;
  std::filesystem::path socket_;
  Process process_;
};

std::filesystem::path broker_program();  // PIERGLASS_BROKER_PROGRAM

}  // namespace pierglass::test
