// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

namespace pierglass::benchmarks {

// Runs all registered Google Benchmarks, their repetitions interleaved at random so that a change
// of the machine's speed meets all alike. Returns the median seconds per iteration by name. The
// usual --benchmark_* options are understood; exits with 1 on others.
std::map<std::string, double> run_all(int argc, char** argv);

}  // namespace pierglass::benchmarks
