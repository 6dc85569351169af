// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/proc_stats.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "tests/support/process.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

// "Key:   123 kB" lines of a status file; 0 when there is no such line.
std::uint64_t field(const std::string& status, std::string_view key) {
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    std::istringstream value(line.substr(key.size() + 1));
    std::uint64_t number = 0;
    value >> number;
    return number;
  }
  return 0;
}

void add_thread(Usage& usage, const std::filesystem::path& thread) {
  std::istringstream schedstat(read_text(thread / "schedstat"));
  std::int64_t run_ns = 0;
  schedstat >> run_ns;
  usage.threads += 1;
  if (read_text(thread / "comm").find("llvmpipe-") != std::string::npos) {
    usage.rasteriser += std::chrono::nanoseconds(run_ns);
    return;
  }
  usage.cpu += std::chrono::nanoseconds(run_ns);
  usage.wakeups += field(read_text(thread / "status"), "voluntary_ctxt_switches");
}

constexpr std::chrono::milliseconds kLook(50);

template <typename T>
T grown(T before, T after) {
  return after > before ? after - before : T{};
}

}  // namespace

Usage usage_of(pid_t process) {
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  Usage usage;
  std::error_code error;
  for (std::filesystem::directory_iterator thread(folder / "task", error), end;
       !error && thread != end; thread.increment(error)) {
    add_thread(usage, thread->path());
  }
  const std::string status = read_text(folder / "status");
  usage.resident_bytes = field(status, "VmRSS") * 1024;
  usage.private_bytes = field(status, "RssAnon") * 1024;
  return usage;
}

Usage usage_of_thread(pid_t process, pid_t thread) {
  Usage usage;
  add_thread(usage, "/proc/" + std::to_string(process) + "/task/" + std::to_string(thread));
  return usage;
}

std::optional<pid_t> thread_named(pid_t process, std::string_view name) {
  std::error_code error;
  const std::filesystem::path folder = "/proc/" + std::to_string(process) + "/task";
  for (std::filesystem::directory_iterator thread(folder, error), end; !error && thread != end;
       thread.increment(error)) {
    if (read_text(thread->path() / "comm") == std::string(name) + "\n") {
      return std::stoi(thread->path().filename());
    }
  }
  return std::nullopt;
}

Usage difference(const Usage& before, const Usage& after) {
  Usage result = after;
  result.cpu = grown(before.cpu, after.cpu);
  result.rasteriser = grown(before.rasteriser, after.rasteriser);
  result.wakeups = grown(before.wakeups, after.wakeups);
  return result;
}

std::vector<ThreadSwitches> switches_of(pid_t process) {
  std::vector<ThreadSwitches> result;
  std::error_code error;
  const std::filesystem::path folder = "/proc/" + std::to_string(process) + "/task";
  for (std::filesystem::directory_iterator thread(folder, error), end; !error && thread != end;
       thread.increment(error)) {
    const std::string status = read_text(thread->path() / "status");
    result.push_back({.thread = std::stoi(thread->path().filename()),
                      .name = read_text(thread->path() / "comm"),
                      .switches = field(status, "voluntary_ctxt_switches") +
                                  field(status, "nonvoluntary_ctxt_switches")});
  }
  return result;
}

bool falls_asleep(pid_t process, std::chrono::nanoseconds still, std::chrono::nanoseconds timeout) {
  std::vector<ThreadSwitches> last;
  auto since = std::chrono::steady_clock::now();
  return wait_until(
      [&] {
        auto now = switches_of(process);
        const auto time = std::chrono::steady_clock::now();
        if (now != last) {
          last = std::move(now);
          since = time;
        }
        return !last.empty() && time - since >= still;
      },
      timeout, kLook);
}

std::string who_ran(pid_t process, std::chrono::nanoseconds span) {
  const std::vector<ThreadSwitches> before = switches_of(process);
  std::vector<ThreadSwitches> after = before;
  // A stretch of time is what is asked for here, not a condition.
  if (!wait_until([&] { return (after = switches_of(process)) != before; }, span, kLook)) return {};
  std::string result;
  for (const ThreadSwitches& thread : after) {
    if (std::ranges::find(before, thread) != before.end()) continue;
    result += std::to_string(thread.thread) + " " + thread.name;
  }
  return result.empty() ? "a thread ended" : result;
}

std::vector<std::uint64_t> mapped_memfds(pid_t process) {
  std::vector<std::uint64_t> result;
  std::istringstream maps(read_text("/proc/" + std::to_string(process) + "/maps"));
  for (std::string line; std::getline(maps, line);) {
    // addresses, rights, offset, device, number, name
    std::istringstream words(line);
    std::string skipped, name;
    std::uint64_t number = 0;
    words >> skipped >> skipped >> skipped >> skipped >> number >> name;
    if (name.starts_with("/memfd:")) result.push_back(number);
  }
  return result;
}

std::size_t open_descriptors(pid_t process) {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/" + std::to_string(process) + "/fd", error);
  if (error) return 0;
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace pierglass::test
