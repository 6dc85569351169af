// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/bus_guard_linux.hpp"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

#include "base/result.hpp"

namespace pierglass::shm::bus_guard {
namespace {

struct Watched {
  std::atomic<std::byte*> begin{nullptr};  // null: free
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> lost{false};
};

// Read by the signal handler: lock-free atomics only.
std::array<Watched, kMappings> watched;
struct sigaction previous;
static_assert(std::atomic<std::byte*>::is_always_lock_free);

void pass_on(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  // Die of it, as without us. The faulting access repeats on return.
  std::signal(signal, SIG_DFL);
}

bool replace(Watched& mapping) {
  void* got = mmap(mapping.begin.load(std::memory_order_acquire),
                   mapping.bytes.load(std::memory_order_relaxed), PROT_READ | PROT_WRITE,
                   // Nobody writes much into it: a huge file must not need as much free memory.
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  mapping.lost.store(true, std::memory_order_release);
  return got != MAP_FAILED;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Watched& mapping : watched) {
    const auto begin =
        reinterpret_cast<std::uintptr_t>(mapping.begin.load(std::memory_order_acquire));
    if (begin != 0 && address >= begin && address - begin < mapping.bytes.load()) {
      if (!replace(mapping)) pass_on(signal, info, context);
      errno = saved_errno;
      return;
    }
  }
  pass_on(signal, info, context);
  errno = saved_errno;
}

void install_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(SIGBUS, &action, &previous) == 0);
  });
}

}  // namespace

std::optional<Slot> watch(std::span<std::byte> mapping) {
  install_once();
  static std::mutex choosing;
  const std::scoped_lock lock(choosing);
  for (Slot slot = 0; slot < watched.size(); ++slot) {
    Watched& free = watched[slot];
    if (free.begin.load(std::memory_order_relaxed) != nullptr) continue;
    free.bytes.store(mapping.size(), std::memory_order_relaxed);
    free.lost.store(false, std::memory_order_relaxed);
    free.begin.store(mapping.data(), std::memory_order_release);
    return slot;
  }
  return std::nullopt;
}

void forget(Slot slot) {
  watched[slot].begin.store(nullptr, std::memory_order_release);
}

bool lost(Slot slot) {
  return watched[slot].lost.load(std::memory_order_acquire);
}

}  // namespace pierglass::shm::bus_guard
