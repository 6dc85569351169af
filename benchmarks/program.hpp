// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <exception>

namespace pierglass::benchmarks {

// The main() of a benchmark called `name`: what `run` returns, or 1 after a line about what it
// threw.
inline int run_program(const char* name, int (*run)(int, char**), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}

}  // namespace pierglass::benchmarks
