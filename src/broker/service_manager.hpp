// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"

namespace pierglass::broker {

struct NamedFd {
  std::string name;
  Fd fd;
};

// systemd, if it started us. Everything is for the loop's thread; what it sends may block as long
// as systemd does not read, which is nobody's but systemd's.
class ServiceManager {
 public:
  // What systemd handed over at our start: listening sockets and what we once kept. Once a process;
  // they are close-on-exec afterwards.
  static std::vector<NamedFd> take_descriptors();
  // A socket that peers of a broker can connect to: stream, listening. Made non-blocking.
  static bool prepare_listener(int fd);

  void ready(const std::string& status);
  void stopping();
  // Keeps a copy under that name until remove(); survives us, and ends with the service.
  void keep(const std::string& name, int fd);
  void remove(const std::string& name);
};

}  // namespace pierglass::broker
