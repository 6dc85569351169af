// SPDX-License-Identifier: GPL-2.0-or-later
// What sleeping on a guest's doorbell gains: how soon a frame is seen, and what waiting for news
// costs, against polling. A guest in a process of its own, the broker in another; the reader is the
// client's present loop without pixels and compositor.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "benchmarks/doorbell_guest.hpp"
#include "benchmarks/doorbell_reader.hpp"
#include "benchmarks/program.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/lab.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using Times = std::vector<std::int64_t>;

constexpr Nanoseconds k60Hz = Nanoseconds(16'666'667);
constexpr auto kSettle = 1s;

struct Plan {
  std::chrono::seconds measured{3};
  int rounds = 5;
};

json distribution(Times values) {
  if (values.empty()) throw std::runtime_error("nothing was seen");
  std::ranges::sort(values);
  const auto at = [&values](double quantile) {
    const auto last = static_cast<double>(values.size() - 1);
    return static_cast<double>(values[static_cast<std::size_t>(std::lround(quantile * last))]) /
           1e3;
  };
  return {{"count", values.size()}, {"p50", at(0.5)}, {"p99", at(0.99)}, {"max", at(1)}};
}

// The machine's own part: an eventfd from process to process.
Times bell(const Plan& plan) {
  const auto published = make_published();
  const Fd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const auto child = start_bell(event.get(), *published);
  Times result;
  const HostTime end = HostClock::now() + plan.measured;
  while (HostClock::now() < end) {
    pollfd ready{.fd = event.get(), .events = POLLIN, .revents = 0};
    const timespec timeout = {.tv_sec = 1, .tv_nsec = 0};
    if (ppoll(&ready, 1, &timeout, nullptr) != 1) continue;
    const std::int64_t woken = HostClock::now().time_since_epoch().count();
    eventfd_t count = 0;
    eventfd_read(event.get(), &count);
    result.push_back(woken - published->told_ns);
  }
  return result;
}

class Bench {
 public:
  Bench() : broker_(lab_, "benchmark") {}

  Reading read(const Stream& stream, const ReadPlan& plan) {
    published_ = make_published();
    const auto guest = start_guest(broker_.socket(), stream, *published_);
    return benchmarks::read(broker_.socket(), plan);
  }
  // Of the last reading: published → seen.
  Times delays(const Reading& reading) const {
    Times result;
    for (const auto& [sequence, seen] : reading.seen) {
      const std::int64_t at = published_->at_ns[sequence % Published::kFrames];
      if (at != 0) result.push_back(seen - at);
    }
    return result;
  }

 private:
  test::Lab lab_;
  test::BrokerProcess broker_;
  std::shared_ptr<Published> published_;
};

json latency(const Plan& plan, Bench& bench) {
  const std::map<std::string, Stream> streams = {{"60/s", {.frames = k60Hz}},
                                                 {"uneven", {.frames = 30ms, .frames_vary = 25ms}},
                                                 {"2/s", {.frames = 500ms, .frames_vary = 100ms}}};
  std::map<std::string, std::map<Wait, Times>> all;
  Times machine;
  for (int round = 0; round < plan.rounds; ++round) {
    std::ranges::copy(bell(plan), std::back_inserter(machine));
    for (const auto& [title, stream] : streams) {
      for (const Wait wait : kWaits) {
        const Reading reading =
            bench.read(stream, {.wait = wait, .settle = kSettle, .measured = plan.measured});
        std::ranges::copy(bench.delays(reading), std::back_inserter(all[title][wait]));
      }
    }
  }
  json result = {{"machine_us", distribution(machine)}};
  const auto print = [](const std::string& title, const char* wait, const json& one) {
    std::fprintf(stderr, "%-10s %-10s p50 %7.1f  p99 %7.1f  max %8.1f us  (%d)\n", title.c_str(),
                 wait, one["p50"].get<double>(), one["p99"].get<double>(), one["max"].get<double>(),
                 one["count"].get<int>());
  };
  print("eventfd", "alone", result["machine_us"]);
  for (auto& [title, waits] : all) {
    for (auto& [wait, times] : waits) {
      const json one = distribution(times);
      print(title, name(wait), one);
      result["published_to_seen_us"][title][name(wait)] = one;
    }
  }
  return result;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Load {
  const char* title;
  Stream stream;
  ReadPlan read;
};

json load(const Plan& plan, Bench& bench) {
  const Load loads[] = {
      {"idle", {}, {.refresh = k60Hz}},
      {"60 frames/s", {.frames = k60Hz}, {.refresh = k60Hz}},
      {"1000 moves/s, drawn", {.moves = 1ms}, {.refresh = k60Hz}},
      {"1000 moves/s, not drawn", {.moves = 1ms}, {.draws_pointer = false, .refresh = k60Hz}},
      {"60 frames/s and 1000 moves/s, not drawn",
       {.frames = k60Hz, .moves = 1ms},
       {.draws_pointer = false, .refresh = k60Hz}}};
  json result;
  for (const Load& one : loads) {
    std::map<Wait, std::vector<double>> cpu;
    std::map<Wait, std::vector<double>> wakeups;
    for (int round = 0; round < plan.rounds; ++round) {
      for (const Wait wait : kWaits) {
        ReadPlan how = one.read;
        how.wait = wait;
        how.settle = 3 * kSettle;  // an idle guest counts as silent
        how.measured = plan.measured;
        const Reading reading = bench.read(one.stream, how);
        cpu[wait].push_back(reading.cpu_percent);
        wakeups[wait].push_back(reading.wakeups);
      }
    }
    for (const Wait wait : kWaits) {
      const double percent = median(cpu[wait]);
      const double wakes = median(wakeups[wait]);
      std::fprintf(stderr, "%-40s %-9s %6.3f %% of a core  %7.1f wake-ups/s  x%.2f of 1 kHz\n",
                   one.title, name(wait), percent, wakes, percent / median(cpu[Wait::Steadily]));
      result[one.title][name(wait)] = {{"cpu_percent_of_a_core", percent},
                                       {"wakeups_per_second", wakes}};
    }
  }
  return result;
}

int run(int argc, char** argv) {
  Plan plan;
  bool loads = true;
  bool latencies = true;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0)
      plan.measured = std::chrono::seconds(std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--rounds") == 0) plan.rounds = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--only") == 0) {
      loads = std::strcmp(argv[i + 1], "load") == 0;
      latencies = std::strcmp(argv[i + 1], "latency") == 0;
    }
  }
  if (argc % 2 == 0 || plan.measured < 1s || plan.rounds < 1 || !(loads || latencies)) {
    std::fprintf(stderr,
                 "usage: benchmark_doorbell [--seconds N] [--rounds N] [--only latency|load]\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // as the present thread
  Bench bench;
  json result = {{"benchmark", "doorbell"}, {"seconds_each", plan.measured.count()}};
  if (latencies) result["latency"] = latency(plan, bench);
  if (loads) result["load"] = load(plan, bench);
  std::cout << result.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  using namespace pierglass::benchmarks;
  return run_program("benchmark_doorbell", run, argc, argv);
}
