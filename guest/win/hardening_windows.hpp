// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace pierglass::guest {

// For the first line of main(): libraries are loaded from System32 only, and what Windows offers
// against exploits, and a capture can live with, is switched on. Not on: the ban on code made at
// run time and on libraries that Microsoft has not signed, which graphics drivers are. What an
// older Windows lacks is left out.
void harden_process();

struct Mitigation {
  const char* name;
  bool on;
};

// How it came out, as Windows says.
std::vector<Mitigation> mitigations();

}  // namespace pierglass::guest
