// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pierglass::test {

struct Command {
  std::vector<std::string> words;                                // program (by PATH) and arguments
  std::vector<std::pair<std::string, std::string>> environment;  // beside the few inherited ones
  std::optional<uid_t> user;                                     // run as this user (root only)
  std::filesystem::path directory = "/";
  std::filesystem::path log;  // standard output goes to LOG.out, standard error to LOG.err
};

// How a process ended.
struct Exit {
  int code = -1;   // exit status, -1 when a signal ended it
  int signal = 0;  // 0: ended by itself
  friend bool operator==(const Exit&, const Exit&) = default;
};

// One child in a process group of its own. It inherits no descriptors but its logs, and of the
// environment only PATH, the locale and sanitizer options. The whole group is killed when this is
// destroyed, and when the thread that started it ends.
class Process {
 public:
  explicit Process(Command command);  // throws std::system_error when it cannot be started
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  [[nodiscard]] std::optional<Exit> wait(std::chrono::nanoseconds timeout);

  // To the process alone; nothing once it has ended.
  void signal(int number);

  // Kills the group and waits for the process.
  void kill();

  // SIGTERM, then SIGKILL when it takes longer than `patience`.
  Exit stop(std::chrono::nanoseconds patience);

  // What it has printed so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

 private:
  void reap(int status);

  pid_t pid_ = -1;
  std::optional<Exit> exit_;
  std::vector<std::string> words_;
  std::filesystem::path log_;
};

struct Finished {
  std::optional<Exit> exit;  // nothing: it was still running after the timeout and was killed
  std::string out;
  std::string err;
};

// Runs a command to its end.
Finished run_to_end(Command command, std::chrono::nanoseconds timeout);

std::string read_text(const std::filesystem::path& file);  // empty when it cannot be read

}  // namespace pierglass::test
