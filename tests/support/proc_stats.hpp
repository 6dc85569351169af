// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pierglass::test {

// What a process has used since its start, read from /proc; all zero once it has gone.
struct Usage {
  std::chrono::nanoseconds cpu{};         // all threads but the rasteriser's
  std::chrono::nanoseconds rasteriser{};  // Mesa's software rasteriser: threads llvmpipe-*
  std::uint64_t wakeups = 0;              // voluntary context switches, without the rasteriser's
  std::uint64_t resident_bytes = 0;
  std::uint64_t private_bytes = 0;  // resident and not of a file or shared memory
  std::size_t threads = 0;
};

[[nodiscard]] Usage usage_of(pid_t process);
// The same of one thread, by the number that the system gave it; a process' first has the
// process' own. Memory is not counted.
[[nodiscard]] Usage usage_of_thread(pid_t process, pid_t thread);
// The thread of that name; nothing when there is none.
[[nodiscard]] std::optional<pid_t> thread_named(pid_t process, std::string_view name);

// Threads that ended between the two count as nothing used, never as a negative amount.
[[nodiscard]] Usage difference(const Usage& before, const Usage& after);

// How often each thread was taken off a processor, of its own will or not: a thread for which this
// stays the same has not run.
struct ThreadSwitches {
  pid_t thread = 0;
  std::string name;
  std::uint64_t switches = 0;
  friend bool operator==(const ThreadSwitches&, const ThreadSwitches&) = default;
};
[[nodiscard]] std::vector<ThreadSwitches> switches_of(pid_t process);

// Until no thread of it has run for as long as `still`.
[[nodiscard]] bool falls_asleep(pid_t process, std::chrono::nanoseconds still,
                                std::chrono::nanoseconds timeout);
// Watches it for `span`, or until a thread runs; empty when none did, else which.
[[nodiscard]] std::string who_ran(pid_t process, std::chrono::nanoseconds span);

// The memfds that it has mapped, by number.
[[nodiscard]] std::vector<std::uint64_t> mapped_memfds(pid_t process);

[[nodiscard]] std::size_t open_descriptors(pid_t process);

}  // namespace pierglass::test
