// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"

namespace pierglass::test {

// Makes a small Linux in `folder` whose first process is `program`; `files` lie in its root folder.
// The first one on a machine downloads a kernel. Throws with the reason when that fails.
void make_guest_image(Lab& lab, const std::filesystem::path& program,
                      const std::vector<std::filesystem::path>& files,
                      const std::filesystem::path& folder);

struct GuestWords {
  std::string machine;
  std::string cpu;
  std::string kernel_words;    // added to the kernel's command line
  std::filesystem::path port;  // the virtio port's socket, which QEMU makes
  std::string port_name;
};

// QEMU's command line for that Linux, without devices of its own; the console goes to its output.
std::vector<std::string> guest_words(const std::filesystem::path& folder, const GuestWords& words);

}  // namespace pierglass::test
