// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/open_broker.hpp"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/messages.hpp"
#include "base/clock.hpp"
#include "base/describe.hpp"
#include "ivshmem/address.hpp"

namespace pierglass::app {
namespace {

constexpr std::string_view kPrefix = "unix:";
// A window with a message is better than none.
constexpr Nanoseconds kLongestWait = std::chrono::seconds(1);

Result<std::vector<std::string>> places_of(std::string_view memory) {
  return ivshmem::socket_places(memory.substr(kPrefix.size()));
}

bool is_socket(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

// Until it has introduced itself, it is clear that none comes now, or the time is up. One that
// hangs up is asked again meanwhile: a broker that is killed does that, too.
void wait_for_broker(source::BrokerLink& link) {
  const HostTime deadline = HostClock::now() + kLongestWait;
  for (HostTime now = HostClock::now(); now < deadline; now = HostClock::now()) {
    link.tick(now);
    if (link.own().reachable() || link.nobody_there()) return;
    pollfd ready{.fd = link.doorbell(), .events = POLLIN, .revents = 0};
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
    (void)poll(&ready, 1, static_cast<int>(rest.count()));
  }
}

}  // namespace

bool is_broker_address(std::string_view memory) {
  return memory.starts_with(kPrefix);
}

bool is_good_broker_address(std::string_view memory) {
  return places_of(memory).has_value();
}

std::string usual_broker(const std::string& name) {
  const auto places = ivshmem::socket_places(name);
  if (!places || !std::ranges::any_of(*places, is_socket)) return {};
  return std::string(kPrefix) + name;
}

std::expected<OpenedBroker, std::string> open_broker(std::string_view memory) {
  auto places = places_of(memory);
  if (!places) return std::unexpected(describe(places.error()));
  return open_broker_at(std::move(*places));
}

std::expected<OpenedBroker, std::string> open_broker_at(std::vector<std::string> places) {
  auto link = source::BrokerLink::create(std::move(places), broker_message);
  if (!link) return std::unexpected(describe(link.error()));
  wait_for_broker(**link);
  OpenedBroker opened{.link = std::move(*link), .missing = {}};
  if (opened.link->generation() != 0) return opened;
  const Error silent{.code = ErrorCode::Busy, .what = "the broker"};
  opened.missing = opened.link->words(opened.link->trouble().value_or(silent));
  if (!opened.link->waiting()) return std::unexpected(opened.missing);
  return opened;
}

}  // namespace pierglass::app
