// SPDX-License-Identifier: GPL-2.0-or-later
// How long pierglass-guest.exe takes under Wine from its start to the first published frame, and
// its end, beyond what Wine takes to start and end the same program when it only says its version.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/program.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wine.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 15;
constexpr std::uint64_t kMemoryBytes = std::uint64_t{64} << 20;

double run_ms(test::Wine& wine, const std::string& program, std::vector<std::string> words) {
  const auto begin = std::chrono::steady_clock::now();
  const test::Finished finished = wine.run(program, std::move(words), 60s);
  if (finished.exit != test::Exit{.code = 0}) throw std::runtime_error(finished.err);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

int run(int /*argc*/, char** /*argv*/) {
  test::Lab lab;
  test::Wine wine(lab);
  test::MemoryFile memory(lab, kMemoryBytes);
  const std::string program = lab.stage(test::guest_program());
  const std::string file = test::Wine::windows_path(memory.path());
  run_ms(wine, program, {"--version"});  // starts Wine's server
  std::vector<double> bare, frame;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(run_ms(wine, program, {"--version"}));
    memory.create(kMemoryBytes);
    frame.push_back(run_ms(
        wine, program, {"--capture", "pattern", "--memory", file, "--frames", "1", "--always"}));
  }
  const double beyond = median(frame) - median(bare);
  std::fprintf(stderr, "guest start: %.0f ms, Wine alone %.0f ms, beyond it %.0f ms\n",
               median(frame), median(bare), beyond);
  std::cout << nlohmann::json{{"bare_ms", bare}, {"frame_ms", frame}, {"beyond_ms", beyond}}
            << "\n";
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  return pierglass::benchmarks::run_program("benchmark_guest_start", pierglass::benchmarks::run,
                                            argc, argv);
}
