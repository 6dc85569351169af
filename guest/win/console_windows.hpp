// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "guest/core/publisher.hpp"

namespace pierglass::guest {

// While this lives, Ctrl-C, Ctrl-Break, closing the console, logging off and shutting down stop the
// publisher. Windows ends the process when the handler of the last three returns, so the handler
// waits until the publisher is destroyed and with it the session, at most 4 s. One at a time.
class ConsoleStop {
 public:
  explicit ConsoleStop(std::unique_ptr<Publisher> publisher);
  ConsoleStop(const ConsoleStop&) = delete;
  ConsoleStop& operator=(const ConsoleStop&) = delete;
  ~ConsoleStop();

  [[nodiscard]] Publisher& publisher() const { return *publisher_; }

 private:
  std::unique_ptr<Publisher> publisher_;
};

// The command line as UTF-8, without the program's name.
std::vector<std::string> command_line_arguments();

}  // namespace pierglass::guest
