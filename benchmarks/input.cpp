// SPDX-License-Identifier: GPL-2.0-or-later
// How late keyboard and mouse reach the SPICE server, what they cost the client, and how long
// `pierglass toggle` takes, on a headless Sway. Seen from the outside: recording proxies on the
// compositor's and on the server's socket, processor time from /proc.
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/input_desk.hpp"
#include "benchmarks/input_times.hpp"
#include "benchmarks/program.hpp"
#include "loop/prompt_thread.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::monotonic_ns;

constexpr Size kLarge{3840, 2160};
constexpr std::uint64_t kLargeMemory = std::uint64_t{256} << 20;
constexpr Size kUsual{1920, 1080};
constexpr std::uint64_t kUsualMemory = std::uint64_t{64} << 20;
constexpr auto kSettle = 2s;  // until frames flow evenly, or polling has become slow
constexpr std::chrono::seconds kPatience(20);

struct Plan {
  int keys = 500;
  int motions = 5000;
  int rounds = 2;
  int toggles = 30;
  int starts = 10;
  std::string only;  // a part's name; empty: all
  std::vector<std::string> renderers{"shm", "gl"};
};

void print(const std::string& what, const json& of) {
  if (of.is_null()) return;
  std::fprintf(stderr, "%-46s p50 %9.1f  p99 %9.1f  max %9.1f us  (%zu)\n", what.c_str(),
               of["p50"].get<double>(), of["p99"].get<double>(), of["max"].get<double>(),
               of["count"].get<std::size_t>());
}

// ---- the method's own floor ------------------------------------------------------------------

// Waits as the client does, and hands on what it gets; forked, so system calls only.
[[noreturn]] void hand_on(int socket) {
  std::array<std::byte, 64> bytes;
  for (;;) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, -1) < 0) continue;
    const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (got <= 0 || ::send(socket, bytes.data(), static_cast<std::size_t>(got), 0) != got) _exit(0);
  }
}

// What the measure says of a process that only hands on, at 1000 a second: two wake-ups.
std::vector<std::int64_t> measure_floor(int count) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error("no socket pair");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    hand_on(ends[1]);
  }
  ::close(ends[1]);
  std::vector<std::int64_t> times;
  std::thread reader([&] {
    loop::make_thread_prompt();
    for (std::int64_t sent = 0; ::recv(ends[0], &sent, sizeof sent, MSG_WAITALL) > 0;) {
      times.push_back(monotonic_ns() - sent);
    }
  });
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(1ms);
    const std::int64_t now = monotonic_ns();
    if (::send(ends[0], &now, sizeof now, MSG_NOSIGNAL) < 0) break;
  }
  ::shutdown(ends[0], SHUT_WR);
  reader.join();
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return times;
}

// ---- latency and load --------------------------------------------------------------------------

struct Load {
  test::Usage main;
  test::Usage present;
  test::Usage all;
};

Load load_of(pid_t client) {
  const auto present = test::thread_named(client, "present");
  if (!present) throw std::runtime_error("the client has no present thread");
  return {.main = test::usage_of_thread(client, client),
          .present = test::usage_of_thread(client, *present),
          .all = test::usage_of(client)};
}

json to_json(const Load& before, const Load& after, std::chrono::nanoseconds span) {
  const double seconds = std::chrono::duration<double>(span).count();
  const auto of = [seconds](const test::Usage& a, const test::Usage& b) {
    const test::Usage used = difference(a, b);
    return json{
        {"percent_of_a_core", std::chrono::duration<double>(used.cpu).count() / seconds * 100},
        {"wakeups_per_second", static_cast<double>(used.wakeups) / seconds}};
  };
  return {{"main", of(before.main, after.main)},
          {"present", of(before.present, after.present)},
          {"all", of(before.all, after.all)}};
}

void print_load(const std::string& what, const json& load) {
  std::fprintf(stderr, "%-46s", what.c_str());
  for (const char* thread : {"all", "main", "present"}) {
    std::fprintf(stderr, "  %s %.2f %% of a core, %.0f wake-ups/s", thread,
                 load[thread]["percent_of_a_core"].get<double>(),
                 load[thread]["wakeups_per_second"].get<double>());
  }
  std::fprintf(stderr, "\n");
}

// Runs `work` and says what the client used meanwhile.
template <typename Work>
json load_during(InputDesk& desk, Work work) {
  const pid_t client = desk.client().process().pid();
  const std::int64_t began = monotonic_ns();
  const Load before = load_of(client);
  work();
  return to_json(before, load_of(client), std::chrono::nanoseconds(monotonic_ns() - began));
}

struct Condition {
  const char* name;
  std::vector<std::string> feed;
  InputTimes times;
  std::vector<std::int64_t> floor;
  double commits = 0;  // a second, while motions ran
  double rate = 0;     // motions a second that were asked for
};

void measure_condition(const Plan& plan, InputDesk& desk, Condition& condition) {
  desk.feed(condition.feed);
  pass(kSettle);
  condition.times.add(desk.press_keys(plan.keys));
  condition.times.add(desk.move(plan.motions));
  const double seconds = std::chrono::duration<double>(desk.took()).count();
  condition.commits = static_cast<double>(desk.wayland().commits().size()) / seconds;
  condition.rate = plan.motions / seconds;
  const auto floor = measure_floor(plan.motions);
  condition.floor.insert(condition.floor.end(), floor.begin(), floor.end());
}

json report(const std::string& renderer, const Condition& condition) {
  const std::string name = renderer + " " + condition.name + ": ";
  json result = {{"keys_us", microseconds(condition.times.keys)},
                 {"motions_us", microseconds(condition.times.motions)},
                 {"buttons_us", microseconds(condition.times.buttons)},
                 {"floor_us", microseconds(condition.floor)},
                 {"proxy_us", microseconds(condition.times.proxy)},
                 {"merged_motions", condition.times.merged},
                 {"commits_per_second", condition.commits},
                 {"motions_per_second", condition.rate}};
  print(name + "keys", result["keys_us"]);
  print(name + "relative motions", result["motions_us"]);
  print(name + "buttons", result["buttons_us"]);
  print(name + "a process that only hands on", result["floor_us"]);
  print(name + "the proxy's handing on", result["proxy_us"]);
  std::fprintf(stderr, "%-46s %.1f commits/s, %.0f motions/s, %llu merged\n", name.c_str(),
               condition.commits, condition.rate,
               static_cast<unsigned long long>(condition.times.merged));
  return result;
}

// The picture has the output's size, and all of it changes: the client copies all of it for each
// commit, at most 60 a second.
json latency(const Plan& plan, const std::string& renderer) {
  InputDesk desk(kLarge, kLargeMemory);
  std::array<Condition, 2> conditions = {
      Condition{.name = "no frames", .feed = {"--mode", "still"}},
      Condition{.name = "3840x2160 60/s full", .feed = {"--mode", "full", "--rate", "60"}}};
  desk.feed(conditions[0].feed);
  desk.start_client(renderer);
  desk.wait_until_captured();
  for (int round = 0; round < plan.rounds; ++round) {
    for (Condition& condition : conditions) measure_condition(plan, desk, condition);
  }
  desk.stop_client();
  json result;
  for (const Condition& condition : conditions) {
    result[condition.name] = report(renderer, condition);
  }
  return result;
}

json load(const Plan& plan, const std::string& renderer) {
  InputDesk desk(kUsual, kUsualMemory);
  desk.feed({"--mode", "still"});
  desk.start_client(renderer);
  desk.wait_until_captured();
  pass(kSettle);
  json result;
  const auto measure = [&](const char* name, const auto& work) {
    result[name] = load_during(desk, work);
    print_load(renderer + " " + name, result[name]);
  };
  InputTimes times;
  measure("captured, no events", [&] { pass(std::chrono::milliseconds(plan.motions)); });
  measure("1000 relative motions/s", [&] { times.add(desk.move(plan.motions)); });
  desk.release();
  pass(kSettle);
  measure("1000 absolute motions/s", [&] { times.add(desk.place(plan.motions)); });
  result["absolute_us"] = microseconds(times.positions);
  print(renderer + " absolute motions", result["absolute_us"]);
  desk.stop_client();
  return result;
}

// ---- toggle ------------------------------------------------------------------------------------

// Whether Sway has the client's window, with the focus.
bool in_front(const json& node) {
  if (node.value("app_id", json()) == "pierglass") return node.value("focused", false);
  for (const json& child : node.value("nodes", json::array())) {
    if (in_front(child)) return true;
  }
  return false;
}

std::int64_t time_toggle(InputDesk& desk) {
  test::Command command = desk.remote({"toggle"});
  const std::int64_t began = monotonic_ns();
  test::Process process(std::move(command));
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(process.pid()), &ended, WEXITED | WNOWAIT);
  const std::int64_t took = monotonic_ns() - began;
  if (process.wait(kPatience) != test::Exit{.code = 0}) throw std::runtime_error(process.err());
  return took;
}

json toggle(const Plan& plan, const std::string& renderer) {
  InputDesk desk(kUsual, kUsualMemory);
  desk.feed({"--mode", "small", "--rate", "60"});
  desk.start_client(renderer);
  desk.wait_until_captured();
  std::vector<std::int64_t> hides;
  std::vector<std::int64_t> shows;
  bool shown = true;
  const auto settled = [&] {
    return in_front(json::parse(desk.sway().query("get_tree"))) == shown;
  };
  for (int i = 0; i < 2 * plan.toggles; ++i) {
    if (!test::wait_until(settled, kPatience)) throw std::runtime_error("the window stays away");
    (shown ? hides : shows).push_back(time_toggle(desk));
    shown = !shown;
  }
  desk.stop_client();
  const json result = {{"hide_us", microseconds(hides)}, {"show_us", microseconds(shows)}};
  print(renderer + " toggle, hides", result["hide_us"]);
  print(renderer + " toggle, shows", result["show_us"]);
  return result;
}

// ---- start -------------------------------------------------------------------------------------

struct Start {
  std::int64_t presenter = 0;  // the log names the renderer; looked at every millisecond
  std::int64_t locked = 0;
  std::int64_t frame = 0;  // the first commit with a guest's picture
};

std::optional<std::int64_t> lock_of(const std::vector<test::RecordedInput>& heard) {
  for (const test::RecordedInput& one : heard) {
    if (one.input.kind == test::WaylandInput::Kind::Locked) return one.received_ns;
  }
  return std::nullopt;
}

// The client's own record says which commit it was; when it came is the proxy's word.
std::int64_t first_frame(InputDesk& desk) {
  // The log is written once a second.
  if (!test::wait_until([&] { return !desk.client().frame_log().empty(); }, kPatience)) {
    throw std::runtime_error("no frame: " + desk.client().process().err());
  }
  const std::int64_t recorded = desk.client().frame_log().front().committed_ns;
  std::int64_t best = 0;
  for (const test::RecordedCommit& commit : desk.wayland().commits()) {
    if (std::abs(commit.at_ns - recorded) < std::abs(best - recorded)) best = commit.at_ns;
  }
  return best;
}

Start time_start(InputDesk& desk, const std::string& renderer) {
  const std::int64_t began = monotonic_ns();
  desk.start_client(renderer, test::Records::Kept);
  const auto says_renderer = [&] {
    return desk.client().process().err().find("drawing with") != std::string::npos;
  };
  if (!test::wait_until(says_renderer, kPatience, 1ms)) {
    throw std::runtime_error("no renderer: " + desk.client().process().err());
  }
  Start start{.presenter = monotonic_ns() - began};
  std::optional<std::int64_t> locked;
  if (!test::wait_until([&] { return (locked = lock_of(desk.wayland().input())).has_value(); },
                        kPatience)) {
    throw std::runtime_error("the pointer is not locked: " + desk.client().process().err());
  }
  start.locked = *locked - began;
  start.frame = first_frame(desk) - began;
  desk.stop_client();
  return start;
}

json start_up(const Plan& plan, const std::string& renderer) {
  InputDesk desk(kUsual, kUsualMemory);
  desk.feed({"--mode", "small", "--rate", "60", "--always"});
  std::vector<std::int64_t> presenter;
  std::vector<std::int64_t> locked;
  std::vector<std::int64_t> frame;
  std::vector<std::int64_t> both;
  for (int i = 0; i < plan.starts; ++i) {
    const Start start = time_start(desk, renderer);
    presenter.push_back(start.presenter);
    locked.push_back(start.locked);
    frame.push_back(start.frame);
    both.push_back(std::max(start.locked, start.frame));
  }
  const json result = {{"renderer_up_us", microseconds(presenter)},
                       {"locked_us", microseconds(locked)},
                       {"first_frame_us", microseconds(frame)},
                       {"captured_with_a_frame_us", microseconds(both)}};
  print(renderer + " start to the renderer's", result["renderer_up_us"]);
  print(renderer + " start to the pointer's lock", result["locked_us"]);
  print(renderer + " start to the first frame", result["first_frame_us"]);
  print(renderer + " start to both", result["captured_with_a_frame_us"]);
  return result;
}

json measure(const Plan& plan) {
  json result = {{"benchmark", "input"}};
  const auto part = [&](const char* name, const std::string& renderer, const auto& work) {
    if (!plan.only.empty() && plan.only != name) return;
    result["renderers"][renderer][name] = work(plan, renderer);
  };
  for (const std::string& renderer : plan.renderers) {
    part("latency", renderer, latency);
    part("load", renderer, load);
    part("toggle", renderer, toggle);
    part("start", renderer, start_up);
  }
  return result;
}

bool read(int argc, char** argv, Plan& plan) {
  if (argc % 2 == 0) return false;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const int number = std::atoi(argv[i + 1]);
    if (name == "--only") {
      plan.only = argv[i + 1];
    } else if (name == "--renderer") {
      plan.renderers = {argv[i + 1]};
    } else if (name == "--seconds" && number > 0) {
      plan.keys = number * 100;
      plan.motions = number * 1000;
    } else if (name == "--rounds" && number > 0) {
      plan.rounds = number;
    } else if (name == "--times" && number > 0) {
      plan.toggles = number;
      plan.starts = (number + 2) / 3;
    } else {
      return false;
    }
  }
  return true;
}

int run(int argc, char** argv) {
  Plan plan;
  if (!read(argc, argv, plan)) {
    std::fprintf(stderr,
                 "usage: benchmark_input [--only latency|load|toggle|start] [--renderer gl|shm] "
                 "[--seconds N] [--rounds N] [--times N]\n");
    return 2;
  }
  // The default slack of 50 us would bunch what has to come a thousand times a second.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  const json result = measure(plan);
  std::cout << result.dump() << '\n';
  return 0;
}

}  // namespace
}  // namespace pierglass::benchmarks

int main(int argc, char** argv) {
  using namespace pierglass::benchmarks;
  return run_program("benchmark_input", run, argc, argv);
}
