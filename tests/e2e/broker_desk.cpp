// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/broker_desk.hpp"

#include <algorithm>

#include "guest/core/pattern.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr std::chrono::milliseconds kBetweenScreenshots(10);
constexpr std::chrono::seconds kIdleSpan(10);
// Frames that a killed guest published may follow the one that is shown: the compositor has one,
// the client one, and the memory the newest.
constexpr unsigned kLeftByTheDead = 3;

}  // namespace

BrokerDesk::BrokerDesk(const guest::PatternSpec& pattern)
    : pattern_(pattern),
      desk_(pattern.size),
      folder_(desk_.lab().runtime() / "pierglass-broker"),
      socket_(folder_ / "vm.sock") {
  desk_.set_memory("unix:vm");
}

void BrokerDesk::start_broker() {
  broker_.reset();
  broker_.emplace(desk_.lab().command(
      "broker", {desk_.lab().stage(broker_program()).string(), "vm", "--size", "16M"}));
}

void BrokerDesk::start_guest(std::vector<std::string> more) {
  more.insert(more.end(), {"--size", text_of(pattern_.size)});
  desk_.start_guest(Guest::Linux, more);
}

void BrokerDesk::start_client(std::vector<std::string> more, Records records) {
  desk_.start_client("shm", std::move(more), records);
}

bool BrokerDesk::broker_listens() {
  return wait_until([this] { return std::filesystem::is_socket(socket_); }, kPatience);
}

testing::AssertionResult BrokerDesk::moves(std::chrono::nanoseconds patience) {
  Picture last;
  std::optional<std::uint32_t> before, now;
  unsigned changes = 0;
  const bool moved = wait_until(
      [&] {
        last = desk_.screenshot();
        now = guest::decode_frame_number(std::as_const(last).view());
        if (!now || last.size != pattern_.size || now == before) return false;
        if (before) ++changes;
        before = now;
        return changes > kLeftByTheDead;
      },
      patience, kBetweenScreenshots);
  if (moved) return same_picture(last, pattern_picture(pattern_, *now), 0, "moving picture");
  return testing::AssertionFailure()
         << "the picture does not move"
         << (before ? ", it stands at " + std::to_string(*before) : ", there is none") << " after "
         << changes << " changes"
         << "\nclient: " << desk_.client().process().err() << "\nguest: " << desk_.guest().err()
         << "\nbroker: " << (broker_ ? broker_->err() : "none");
}

std::uint64_t BrokerDesk::guest_memory() {
  const auto mapped = mapped_memfds(desk_.guest().pid());
  return mapped.empty() ? 0 : mapped.front();
}

testing::AssertionResult BrokerDesk::shares_memory(std::chrono::nanoseconds patience,
                                                   std::uint64_t but) {
  const bool same = wait_until(
      [&] {
        const std::uint64_t guest = guest_memory();
        const auto client = mapped_memfds(desk_.client().process().pid());
        return guest != 0 && guest != but && std::ranges::count(client, guest) != 0;
      },
      patience);
  if (same) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "client and guest have not the same memory\nclient: " << desk_.client().process().err()
         << "\nguest: " << desk_.guest().err();
}

bool BrokerDesk::client_falls_asleep(std::chrono::nanoseconds still,
                                     std::chrono::nanoseconds patience) {
  return falls_asleep(desk_.client().process().pid(), still, patience);
}

testing::AssertionResult BrokerDesk::client_sleeps() {
  const std::string ran = who_ran(desk_.client().process().pid(), kIdleSpan);
  if (ran.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the client woke up: " << ran;
}

}  // namespace pierglass::test
