// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::test {

// A service manager at the system's border: what the program sends to $NOTIFY_SOCKET is kept, and
// handed to its next start as $LISTEN_FDS. Throws when the system refuses something.
class FakeSystemd {
 public:
  FakeSystemd();
  ~FakeSystemd();  // kills the program
  FakeSystemd(const FakeSystemd&) = delete;
  FakeSystemd& operator=(const FakeSystemd&) = delete;

  // A listening socket that every start gets under this name, as of a .socket unit.
  void listen(const std::string& name, const std::filesystem::path& path);

  // Starts the program with all that is kept, and waits for READY=1. False: it ended instead.
  // `user`: as that one (root only); either way without XDG_RUNTIME_DIR.
  bool start(const std::vector<std::string>& words, std::optional<uid_t> user = {});
  void kill();                    // SIGKILL, and waits
  [[nodiscard]] int terminate();  // SIGTERM; its exit status
  [[nodiscard]] bool running();

  // As if it had never been kept.
  void lose(const std::string& name) { store_.erase(name); }
  // Takes what the program has sent so far.
  void receive();
  [[nodiscard]] const std::map<std::string, Fd>& store() const { return store_; }
  [[nodiscard]] std::string err() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return dir_.path(); }

 private:
  void take(const std::string& message, Fd fd);
  [[noreturn]] void become(std::vector<std::string> words, std::optional<uid_t> user) const;

  TempDir dir_;
  Fd notify_;
  std::map<std::string, Fd> listeners_;
  std::map<std::string, Fd> store_;
  pid_t pid_ = -1;
  bool ready_ = false;
};

}  // namespace pierglass::test
