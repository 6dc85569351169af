// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/access.hpp"
#include "broker/memory.hpp"
#include "broker/server.hpp"

namespace pierglass::broker {

// Everything the user can decide, after command line and config file.
struct Settings {
  std::vector<std::string>
      names;           // of virtual machines; at least one, each is_vm_name, no two same
  std::string folder;  // of NAME.sock; empty: nobody has named one, and there is no usual one
  std::string socket;  // path for the only machine; empty: in the folder
  std::uint64_t memory_bytes = 0;  // of each machine, a power of two
  Pages pages = Pages::Ordinary;
  std::string expose;  // a name in /dev/shm for the only machine's memory; empty: none
  ServerLimits limits;
  AccessRules access;
};

}  // namespace pierglass::broker
