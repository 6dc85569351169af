// SPDX-License-Identifier: GPL-2.0-or-later
// What the client costs and how late it is, on a headless Sway, fed by pattern_feed, and the same
// fed by a Looking Glass host. Seen from the outside: processor time from /proc, commits from a
// recording proxy on the compositor's socket.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "benchmarks/program.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/client.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/process.hpp"
#include "tests/support/sway.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/support/wayland_recorder.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::Client;

constexpr std::uint64_t kMemoryBytes = std::uint64_t{64} << 20;
constexpr auto kSettle = 3s;  // until polling has become slow, or frames flow evenly

struct Plan {
  std::chrono::seconds measured{5};
  int starts = 5;
  int rounds = 5;  // of the comparison
  bool compare_only = false;
  bool paths_only = false;
  std::vector<std::string> renderers{"gl", "shm"};
};

// A stretch of time has to pass here, not a condition to hold.
void pass(std::chrono::nanoseconds span) {
  (void)test::wait_until([] { return false; }, span);
}

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

enum class Feed : std::uint8_t { Own, LookingGlass };

// Compositor, memory, and a feed.
class Bench {
 public:
  explicit Bench(Size size) : memory_(lab_, kMemoryBytes), sway_(lab_, size), size_(size) {}

  // With a broker's memory and doorbells; `path` is the client's --path.
  Bench(Size size, std::string path) : Bench(size) {
    path_ = std::move(path);
    words_ = "unix:bench";
    broker_.emplace(lab_.command(
        "broker", {lab_.stage(test::broker_program()).string(), "bench", "--size", "256M"}));
    const auto socket = lab_.runtime() / "pierglass-broker" / "bench.sock";
    if (!test::wait_until([&] { return std::filesystem::is_socket(socket); }, 10s))
      throw std::runtime_error(broker_->err());
  }

  void feed(std::vector<std::string> options, Feed kind = Feed::Own) {
    feed_.reset();
    log_ = lab_.home() / ("published." + std::to_string(feeds_++));
    const auto built = kind == Feed::Own ? test::feed_program() : test::looking_glass_program();
    options.insert(options.begin(), {lab_.stage(built).string(), "--memory", words_, "--size",
                                     text_of(size_), "--log", log_});
    feed_.emplace(lab_.command("feed", std::move(options)));
  }

  // Ends the feed; when each sequence number was published.
  std::map<std::uint64_t, std::int64_t> end_feed() {
    if (feed_->stop(10s) != test::Exit{.code = 0}) throw std::runtime_error(feed_->err());
    feed_.reset();
    std::map<std::uint64_t, std::int64_t> published;
    std::istringstream lines(test::read_text(log_));
    for (std::uint64_t sequence = 0, at = 0; lines >> sequence >> at;) {
      published[sequence] = static_cast<std::int64_t>(at);
    }
    return published;
  }

  Client client(const std::string& renderer, test::Records records,
                const std::filesystem::path& display) {
    return {lab_, display, {"--memory", words_, "--renderer", renderer, "--path", path_}, records};
  }
  Client client(const std::string& renderer, test::Records records) {
    return client(renderer, records, sway_.display());
  }

  test::Lab& lab() { return lab_; }
  test::HeadlessSway& sway() { return sway_; }

 private:
  test::Lab lab_;
  test::MemoryFile memory_;
  test::HeadlessSway sway_;
  Size size_;
  std::string path_ = "auto";
  std::string words_ = memory_.path();  // --memory
  std::optional<test::Process> broker_;
  std::optional<test::Process> feed_;
  std::filesystem::path log_;
  int feeds_ = 0;
};

// Of durations in nanoseconds, as milliseconds.
json distribution(std::vector<std::int64_t> values) {
  if (values.empty()) return nullptr;
  std::ranges::sort(values);
  const auto at = [&values](double quantile) {
    const auto last = static_cast<double>(values.size() - 1);
    return static_cast<double>(values[static_cast<std::size_t>(std::lround(quantile * last))]) /
           1e6;
  };
  return {{"count", values.size()}, {"p50", at(0.5)}, {"p99", at(0.99)}, {"max", at(1)}};
}

struct Load {
  double core = 0;        // of one core, without the rasteriser
  double rasteriser = 0;  // of one core
  double wakeups = 0;     // a second
  std::uint64_t resident = 0;
  std::uint64_t own = 0;  // resident and private
};

Load measure_load(Client& client, std::chrono::seconds span) {
  const auto began = std::chrono::steady_clock::now();
  const test::Usage before = test::usage_of(client.process().pid());
  pass(span);
  if (!client.process().running()) throw std::runtime_error(client.process().err());
  const test::Usage after = test::usage_of(client.process().pid());
  const test::Usage used = difference(before, after);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return {.core = std::chrono::duration<double>(used.cpu).count() / seconds,
          .rasteriser = std::chrono::duration<double>(used.rasteriser).count() / seconds,
          .wakeups = static_cast<double>(used.wakeups) / seconds,
          .resident = after.resident_bytes,
          .own = after.private_bytes};
}

json to_json(const Load& load) {
  return {{"cpu_percent_of_a_core", load.core * 100},
          {"rasteriser_percent_of_a_core", load.rasteriser * 100},
          {"wakeups_per_second", load.wakeups},
          {"resident_bytes", load.resident},
          {"private_bytes", load.own}};
}

void print_load(const std::string& renderer, const std::string& name, const Load& load) {
  std::fprintf(stderr,
               "%-4s %-24s %6.2f %% of a core  rasteriser %6.1f %%  %6.0f wake-ups/s  %5.1f MB\n",
               renderer.c_str(), name.c_str(), load.core * 100, load.rasteriser * 100, load.wakeups,
               static_cast<double>(load.own) / 1e6);
}

// Nothing to show, a still picture, and a still picture under a moving pointer.
json quiet(const Plan& plan, const std::string& renderer) {
  Bench bench({1920, 1080});
  json result;
  const auto measure = [&](const char* name) {
    Client client = bench.client(renderer, test::Records::None);
    pass(kSettle);
    const Load load = measure_load(client, plan.measured);
    print_load(renderer, name, load);
    result[name] = to_json(load);
  };
  measure("no_guest");
  bench.feed({"--mode", "still"});
  measure("idle");
  bench.feed({"--mode", "still", "--cursor", "colour", "--cursor-rate", "1000"});
  measure("pointer_1000_per_second");
  return result;
}

// The commit that the client made for a frame, as the proxy saw it: the nearest to its own record.
std::optional<std::int64_t> nearest(const std::vector<test::RecordedCommit>& commits,
                                    std::int64_t to_ns) {
  const auto after = std::ranges::lower_bound(commits, to_ns, {}, &test::RecordedCommit::at_ns);
  std::optional<std::int64_t> best;
  const auto consider = [&](std::int64_t at_ns) {
    if (!best || std::abs(at_ns - to_ns) < std::abs(*best - to_ns)) best = at_ns;
  };
  if (after != commits.end()) consider(after->at_ns);
  if (after != commits.begin()) consider(std::prev(after)->at_ns);
  return best;
}

struct Latencies {
  std::vector<std::int64_t> outside;  // published → the proxy had the commit
  std::vector<std::int64_t> inside;   // published → the client's own record of the commit
  std::vector<std::int64_t> apart;    // |outside - inside|
  std::vector<std::int64_t> found;    // published → seen
  std::vector<std::int64_t> work;     // upload, draw and swap
  std::vector<std::int64_t> rest;     // outside - work
  std::uint64_t bytes = 0;
  std::uint64_t shown = 0;
};

Latencies match(const std::map<std::uint64_t, std::int64_t>& published,
                const std::vector<Client::Shown>& log,
                const std::vector<test::RecordedCommit>& commits) {
  Latencies result;
  for (const Client::Shown& frame : log) {
    const auto when = published.find(frame.sequence);
    const auto commit = nearest(commits, frame.committed_ns);
    if (when == published.end() || !commit) continue;
    const std::int64_t outside = *commit - when->second;
    const std::int64_t work =
        frame.uploaded_ns - frame.acquired_ns + frame.committed_ns - frame.draw_began_ns;
    result.outside.push_back(outside);
    result.inside.push_back(frame.committed_ns - when->second);
    result.apart.push_back(std::abs(*commit - frame.committed_ns));
    result.found.push_back(frame.seen_ns - when->second);
    result.work.push_back(work);
    result.rest.push_back(outside - work);
    result.bytes += frame.bytes;
    ++result.shown;
  }
  return result;
}

Latencies measure_latency(const Plan& plan, Bench& bench, const std::string& renderer,
                          const std::vector<std::string>& options, Feed kind = Feed::Own) {
  const std::filesystem::path socket = bench.lab().path() / "recorded";
  std::filesystem::remove(socket);
  test::WaylandRecorder recorder(socket, bench.sway().display(), bench.lab().user());
  bench.feed(options, kind);
  Client client = bench.client(renderer, test::Records::Kept, socket);
  pass(kSettle);
  const auto began = std::chrono::steady_clock::now().time_since_epoch().count();
  pass(plan.measured);
  if (client.process().stop(10s) != test::Exit{.code = 0}) {
    throw std::runtime_error(client.process().err());
  }
  std::vector<Client::Shown> log = client.frame_log();
  std::erase_if(log, [began](const Client::Shown& frame) { return frame.seen_ns < began; });
  return match(bench.end_feed(), log, recorder.commits());
}

json moving(const Plan& plan, const std::string& renderer, Size size, const std::string& mode,
            const std::string& path = {}) {
  std::optional<Bench> opened;
  Bench& bench = path.empty() ? opened.emplace(size) : opened.emplace(size, path);
  const std::vector<std::string> options = {"--mode", mode, "--rate", "60"};
  const std::string name = text_of(size) + " 60/s " + mode + (path.empty() ? "" : " " + path);

  bench.feed(options);
  Load load;
  {
    Client client = bench.client(renderer, test::Records::None);
    pass(kSettle);
    load = measure_load(client, plan.measured);
  }
  bench.end_feed();
  print_load(renderer, name, load);

  const Latencies latency = measure_latency(plan, bench, renderer, options);
  const double shown_per_second =
      static_cast<double>(latency.shown) / static_cast<double>(plan.measured.count());
  json result = to_json(load);
  result.update({{"size", text_of(size)},
                 {"damage", mode},
                 {"path", path},
                 {"frames_shown_per_second", shown_per_second},
                 {"cpu_us_per_frame", load.core / 60 * 1e6},
                 {"bytes_per_frame", latency.shown == 0 ? 0 : latency.bytes / latency.shown},
                 {"frame_bytes", size.area() * 4},
                 {"publish_to_commit_ms_by_proxy", distribution(latency.outside)},
                 {"publish_to_commit_ms_by_client", distribution(latency.inside)},
                 {"proxy_client_difference_ms", distribution(latency.apart)},
                 {"publish_to_seen_ms", distribution(latency.found)},
                 {"upload_draw_swap_ms", distribution(latency.work)},
                 {"publish_to_commit_without_those_ms", distribution(latency.rest)}});
  if (latency.shown == 0) throw std::runtime_error("no frame was shown: " + name);
  const auto p = [&result](const char* key, const char* quantile) {
    return result[key][quantile].get<double>();
  };
  std::fprintf(
      stderr,
      "     %24s publish->commit p50 %.2f p99 %.2f max %.2f ms (client's record p50 %.2f); "
      "without upload, draw, swap p50 %.2f; %.1f frames/s, %.0f bytes a frame\n",
      "", p("publish_to_commit_ms_by_proxy", "p50"), p("publish_to_commit_ms_by_proxy", "p99"),
      p("publish_to_commit_ms_by_proxy", "max"), p("publish_to_commit_ms_by_client", "p50"),
      p("publish_to_commit_without_those_ms", "p50"), shown_per_second,
      result["bytes_per_frame"].get<double>());
  return result;
}

// From before fork() to the commit of the first frame of a guest that is there already.
json start_up(const Plan& plan, const std::string& renderer) {
  Bench bench({1920, 1080});
  bench.feed({"--mode", "small", "--rate", "60", "--always"});
  std::vector<std::int64_t> took;
  for (int i = 0; i < plan.starts; ++i) {
    const auto began = std::chrono::steady_clock::now().time_since_epoch().count();
    Client client = bench.client(renderer, test::Records::Kept);
    // The log is written once a second.
    if (!test::wait_until([&] { return !client.frame_log().empty(); }, 20s)) {
      throw std::runtime_error("no frame after the start: " + client.process().err());
    }
    took.push_back(client.frame_log().front().committed_ns - began);
  }
  const json result = distribution(took);
  std::fprintf(stderr, "%-4s start to first frame: median %.0f ms, worst %.0f ms\n",
               renderer.c_str(), result["p50"].get<double>(), result["max"].get<double>());
  return result;
}

// What is compared of one writer, one number a round.
struct Round {
  std::vector<double> p50_ms;
  std::vector<double> p99_ms;
  std::vector<double> cpu_percent;
  std::vector<double> wakeups;  // a second
};

void measure_round(const Plan& plan, Bench& bench, const std::string& renderer,
                   const std::vector<std::string>& options, Feed kind, Round& into) {
  bench.feed(options, kind);
  {
    Client client = bench.client(renderer, test::Records::None);
    pass(kSettle);
    const Load load = measure_load(client, plan.measured);
    into.cpu_percent.push_back(load.core * 100);
    into.wakeups.push_back(load.wakeups);
  }
  bench.end_feed();
  const json latency = distribution(measure_latency(plan, bench, renderer, options, kind).outside);
  if (latency.is_null()) throw std::runtime_error("no frame was shown");
  into.p50_ms.push_back(latency["p50"].get<double>());
  into.p99_ms.push_back(latency["p99"].get<double>());
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Our own region and a Looking Glass host at the same rate, in turn: medians of the rounds.
json compare_writers(const Plan& plan, const std::string& renderer, const std::string& mode) {
  const std::vector<std::string> options = {"--mode", mode, "--rate", "60"};
  Bench bench({1920, 1080});
  Round own;
  Round other;
  for (int round = 0; round < plan.rounds; ++round) {
    for (int turn = 0; turn < 2; ++turn) {
      const bool first = (round + turn) % 2 == 0;
      measure_round(plan, bench, renderer, options, first ? Feed::Own : Feed::LookingGlass,
                    first ? own : other);
    }
  }
  json result = {{"damage", mode}, {"rounds", plan.rounds}};
  const auto add = [&](const char* name, const std::vector<double>& ours,
                       const std::vector<double>& theirs) {
    const double a = median(ours), b = median(theirs);
    result[name] = {{"own", a}, {"looking_glass", b}, {"ratio", b / a}};
    std::fprintf(stderr, "%-4s 1920x1080 60/s %-5s %-12s own %7.3f  looking glass %7.3f  x%.3f\n",
                 renderer.c_str(), mode.c_str(), name, a, b, b / a);
  };
  add("p50_ms", own.p50_ms, other.p50_ms);
  add("p99_ms", own.p99_ms, other.p99_ms);
  add("cpu_percent", own.cpu_percent, other.cpu_percent);
  add("wakeups", own.wakeups, other.wakeups);
  return result;
}

// The guest's memory itself, which the compositor reads, against copies of it.
json compare_paths(const Plan& plan) {
  json result;
  for (const Size size : {Size{1920, 1080}, Size{3840, 2160}}) {
    for (const char* mode : {"small", "full"}) {
      for (const char* path : {"copy", "direct"}) {
        result.push_back(moving(plan, "shm", size, mode, path));
        std::fprintf(stderr, "     %24s %.0f us of processor time a frame\n", "",
                     result.back()["cpu_us_per_frame"].get<double>());
      }
    }
  }
  return result;
}

json measure(const Plan& plan) {
  json result = {{"benchmark", "client"}, {"seconds_each", plan.measured.count()}};
  if (plan.paths_only) {
    result["paths"] = compare_paths(plan);
    return result;
  }
  for (const std::string& renderer : plan.renderers) {
    json& of = result["renderers"][renderer];
    for (const char* mode : {"small", "full"})
      of["looking_glass"].push_back(compare_writers(plan, renderer, mode));
    if (plan.compare_only) continue;
    of["quiet"] = quiet(plan, renderer);
    for (const Size size : {Size{640, 480}, Size{1920, 1080}}) {
      for (const char* mode : {"small", "full"}) {
        of["moving"].push_back(moving(plan, renderer, size, mode));
      }
    }
    of["start_to_first_frame_ms"] = start_up(plan, renderer);
  }
  return result;
}

int run(int argc, char** argv) {
  Plan plan;
  const auto is_flag = [](const char* word) { return std::strcmp(word, "--only-paths") == 0; };
  plan.paths_only = argc % 2 == 0 && is_flag(argv[argc - 1]);
  if (plan.paths_only) --argc;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0)
      plan.measured = std::chrono::seconds(std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--renderer") == 0) plan.renderers = {argv[i + 1]};
    if (std::strcmp(argv[i], "--only-compare") == 0) {
      plan.compare_only = true;
      plan.rounds = std::atoi(argv[i + 1]);
    }
  }
  if (argc % 2 == 0 || plan.measured < 1s || plan.rounds < 1) {
    std::fprintf(stderr,
                 "usage: benchmark_client [--seconds N] [--renderer gl|shm] "
                 "[--only-compare ROUNDS | --only-paths]\n");
    return 2;
  }
  const json result = measure(plan);
  std::cout << result.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  using namespace pierglass::benchmarks;
  return run_program("benchmark_client", run, argc, argv);
}
