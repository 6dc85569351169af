// SPDX-License-Identifier: GPL-2.0-or-later
#include "benchmarks/medians.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace pierglass::benchmarks {

namespace {

class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const double unit = benchmark::GetTimeUnitMultiplier(run.time_unit);
      seconds_[run.run_name.function_name].push_back(run.GetAdjustedRealTime() / unit);
    }
  }

  [[nodiscard]] std::map<std::string, double> medians() {
    std::map<std::string, double> result;
    for (auto& [name, values] : seconds_) {
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::nth_element(values.begin(), middle, values.end());
      result[name] = *middle;
    }
    return result;
  }

 private:
  std::map<std::string, std::vector<double>> seconds_;
};

}  // namespace

std::map<std::string, double> run_all(int argc, char** argv) {
  std::vector<std::string> defaults = {"--benchmark_enable_random_interleaving=true",
                                       "--benchmark_repetitions=15", "--benchmark_min_time=0.1"};
  std::vector<char*> arguments = {argv[0]};
  for (std::string& option : defaults) arguments.push_back(option.data());
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) std::exit(EXIT_FAILURE);
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  benchmark::Shutdown();
  return collector.medians();
}

}  // namespace pierglass::benchmarks
