// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest's copy of a frame costs beyond the capture itself, against memcpy in the same run:
// desktop duplication is played under Wine over its Direct3D device.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "benchmarks/program.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wine.hpp"
#include "tests/support/xvfb.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMemoryBytes = std::uint64_t{256} << 20;

int run(int /*argc*/, char** /*argv*/) {
  test::Lab lab;
  const test::Xvfb xvfb(lab);
  test::Wine wine(lab);
  const test::MemoryFile memory(lab, kMemoryBytes);
  test::Process player =
      wine.start_drawing("standin", lab.stage(test::standin_program()),
                         {"speed", test::Wine::windows_path(memory.path())}, xvfb.display());
  if (player.wait(300s) != test::Exit{.code = 0}) throw std::runtime_error(player.err());
  const auto measured = nlohmann::json::parse(player.out());
  for (const char* size : {"4k", "1080p"}) {
    const double publish = measured.at(size).at("publish").get<double>();
    const double copy = measured.at(size).at("memcpy").get<double>();
    std::fprintf(stderr, "guest copy %s: %.2f ms, memcpy %.2f ms: %.2f of its time\n", size,
                 publish / 1e6, copy / 1e6, publish / copy);
  }
  std::cout << measured << "\n";
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  return pierglass::benchmarks::run_program("benchmark_guest_copy", pierglass::benchmarks::run,
                                            argc, argv);
}
