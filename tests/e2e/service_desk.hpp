// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/desk.hpp"
#include "tests/support/wine.hpp"

namespace pierglass::test {

// A desk whose guest is a Windows service, on a disk of its own.
class ServiceDesk {
 public:
  // `program`: as Windows names it, or nothing for the one that was built.
  explicit ServiceDesk(Size output, std::string program = {});

  Desk& desk() { return desk_; }
  Wine& wine() { return wine_; }

  // pierglass-guest.exe with these words; what it says has lines that end as ours.
  [[nodiscard]] Finished run(std::vector<std::string> words);
  // The same: its standard output when it ended well, else nothing after a failure that is
  // reported.
  std::optional<std::string> say(const std::string& word);

  // Lines of the config file beside those that lead to the desk's memory.
  void configure(const std::string& lines);

  // Of the only process whose command line has pierglass-guest.exe and then `word`.
  [[nodiscard]] std::optional<pid_t> process(const std::string& word) const;
  // One other than `but`, within kPatience.
  [[nodiscard]] std::optional<pid_t> wait_for_process(const std::string& word,
                                                      std::optional<pid_t> but = {}) const;
  [[nodiscard]] bool wait_for_none(const std::string& word) const;

  // Of the service, and of its capture processes.
  [[nodiscard]] std::string log(const std::string& name) const;
  // How many capture processes have begun to capture, since the installation.
  [[nodiscard]] std::size_t captures() const;
  [[nodiscard]] bool wait_for_log(const std::string& name, const std::string& words) const;

  [[nodiscard]] std::filesystem::path data_folder() const {
    return wine_.disk() / "ProgramData" / "Pierglass";
  }

 private:
  Desk desk_;
  Wine wine_;
  // A program that stays: without one Wine shuts its Windows down, and the next word starts it anew
  // with all its services. A guest of its own.
  MemoryFile other_memory_;
  Process resident_;
  std::string program_;
};

}  // namespace pierglass::test
