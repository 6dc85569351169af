// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/broker.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/describe.hpp"
#include "broker/machine.hpp"
#include "broker/service_manager.hpp"
#include "loop/event_loop.hpp"
#include "loop/signals.hpp"

namespace pierglass::broker {
namespace {

constexpr int kFailure = 1;
// Descriptors beside those of peers: standard ones, loop, signals, and per machine its memory,
// folder, lock, listener, timer, one that is just being refused.
constexpr std::size_t kOwnDescriptors = 16;
constexpr std::size_t kDescriptorsPerMachine = 8;
// Of a peer's messages beside those about vectors.
constexpr std::size_t kGreeting = 3;

using Done = std::expected<void, std::string>;

std::size_t descriptors_for(const Settings& settings) {
  const std::size_t peers = settings.limits.peers * (settings.limits.vectors + 1);
  return kOwnDescriptors + settings.names.size() * (kDescriptorsPerMachine + peers);
}

Done raise_descriptor_limit(const Settings& settings) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t wanted = descriptors_for(settings);
  if (wanted <= limit.rlim_max) return {};
  return std::unexpected("so many peers need " + std::to_string(wanted) +
                         " open files where this system allows " + std::to_string(limit.rlim_max) +
                         ": lower --max-peers or --vectors, or raise the limit (ulimit -Hn, or "
                         "LimitNOFILE= in systemd's unit)");
}

// A newcomer must be told of all others at once, before it can have read anything.
Done check_buffers(const Settings& settings) {
  const auto room = buffered_messages();
  if (!room) return std::unexpected("no socket can be made: " + describe(room.error()));
  const std::size_t most = kGreeting + settings.limits.peers * settings.limits.vectors;
  if (most <= *room) return {};
  return std::unexpected("the last of so many peers must be sent " + std::to_string(most) +
                         " messages where a socket's buffer holds " + std::to_string(*room) +
                         ": lower --max-peers or --vectors, or raise sysctl net.core.wmem_max");
}

Done serve(const Settings& settings, const LogSink& log) {
  auto loop = loop::EventLoop::create();
  if (!loop) return std::unexpected(describe(loop.error()));
  auto stop = [&loop](int) -> Result<loop::Next> {
    (*loop)->quit();
    return loop::Next::Keep;
  };
  auto signals = loop::Signals::create(**loop, {SIGTERM, SIGINT}, std::move(stop));
  if (!signals) return std::unexpected(describe(signals.error()));

  ServiceManager manager;
  std::vector<NamedFd> handed = ServiceManager::take_descriptors();
  std::vector<std::unique_ptr<Machine>> machines;
  for (const std::string& name : settings.names) {
    auto machine = Machine::start(name, settings, take_handed(name, handed),
                                  {.loop = **loop, .manager = manager, .log = log});
    if (!machine) return std::unexpected(machine.error());
    log(Level::Info, name + ": " + mebibytes((*machine)->memory_bytes()) + " of memory at " +
                         (*machine)->place() + ", " + std::to_string((*machine)->server().peers()) +
                         " peers");
    machines.push_back(std::move(*machine));
  }
  for (const NamedFd& stranger : handed) manager.remove(stranger.name);
  handed.clear();

  manager.ready("serving " + std::to_string(machines.size()) + " virtual machines");
  const auto ran = (*loop)->run();
  manager.stopping();
  if (!ran) return std::unexpected(describe(ran.error()));
  return {};
}

}  // namespace

int run_broker(const Settings& settings, const LogSink& log) {
  umask(0077);
  // Who reads the log may end before us.
  std::signal(SIGPIPE, SIG_IGN);
  Done done = raise_descriptor_limit(settings);
  if (done) done = check_buffers(settings);
  if (done) done = serve(settings, log);
  if (done) return 0;
  log(Level::Error, done.error());
  return kFailure;
}

}  // namespace pierglass::broker
