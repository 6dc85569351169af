// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace pierglass::app {

// `pierglass vm-xml`, whose `arguments` come after that: prints how a virtual machine is given its
// memory, or help, or what is wrong with the arguments. Gives the exit status.
int print_vm_xml(std::vector<std::string> arguments);

}  // namespace pierglass::app
