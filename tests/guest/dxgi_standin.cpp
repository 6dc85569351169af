// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's desktop duplication against a stand-in at the COM border, under Wine:
//   dxgi_standin scripts REGION TURN SEED COUNT [WRONG]
//                                                 plays random scripts, a Linux reader looks on;
//                                                 shows one wrong pixel after that script
//   dxgi_standin speed REGION                     what copying costs; JSON
//   dxgi_standin copy-queue | gpu-pass            what the GPU does, compared with the processor
//   dxgi_standin rest                             while nobody looks or nothing moves
//   dxgi_standin pattern [--turn N] [--lose N] [--engine right|wrong|failing] OPTION...
//                                                 the pattern as a desktop, perhaps with a copy
//                                                 engine; the options of pierglass-guest
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "guest/win/console_windows.hpp"
#include "tests/guest/dxgi_runs.hpp"

int main() {
  using namespace pierglass;
  std::vector<std::string> words = guest::command_line_arguments();
  const std::string verb = words.empty() ? "" : words.front();
  if (!words.empty()) words.erase(words.begin());
  if (verb == "scripts" && (words.size() == 4 || words.size() == 5)) {
    const auto number = [&](std::size_t at) {
      return static_cast<std::uint32_t>(std::strtoul(words[at].c_str(), nullptr, 10));
    };
    return test::run_scripts(words[0], words[1], number(2), number(3),
                             words.size() == 5 ? std::optional(number(4)) : std::nullopt);
  }
  if (verb == "speed" && words.size() == 1) return test::run_speed(words[0]);
  if (verb == "copy-queue") return test::run_copy_queue();
  if (verb == "gpu-pass") return test::run_gpu_pass();
  if (verb == "rest") return test::run_rest();
  if (verb == "pattern") return test::run_pattern(std::move(words));
  std::fputs("dxgi_standin scripts|speed|copy-queue|gpu-pass|rest|pattern ...\n", stderr);
  return 2;
}
