// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/host_watch.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::compat {
namespace {

using source::GuestStatus;

constexpr Nanoseconds kHeartbeatTimeout = std::chrono::milliseconds(kHeartbeatTimeoutMs);
// A header may be seen while it is being written: what stays this long is meant.
constexpr Nanoseconds kSteady = std::chrono::milliseconds(100);

}  // namespace

HostWatch::HostWatch() : candidates_(dialects().size()) {}

void HostWatch::forget() {
  *this = {};
}

GuestStatus HostWatch::look(std::span<std::byte> memory, HostTime now) {
  look_at_all(memory, now);
  end_lost_session();
  const bool live = (session_ && answers(current(), now)) || begin_session(memory, now);
  if (live) {
    stranger_.reset();
    error_.clear();
    return GuestStatus::Live;
  }
  look_for_strangers(memory, now);
  return status_without_answer(now);
}

void HostWatch::look_at_all(std::span<std::byte> memory, HostTime now) {
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const Dialect& dialect = *dialects()[i];
    candidates_[i] = updated(candidates_[i], read_lgmp_header(memory, dialect.lgmp), dialect, now);
  }
}

std::optional<HostWatch::Candidate> HostWatch::updated(const std::optional<Candidate>& known,
                                                       const std::optional<LgmpHeader>& header,
                                                       const Dialect& dialect, HostTime now) {
  if (!header || header->version != dialect.lgmp.version) return std::nullopt;
  if (known && known->session == header->session && known->timestamp == header->timestamp) {
    return known;
  }
  return Candidate{.session = header->session,
                   .timestamp = header->timestamp,
                   .since = now,
                   .moved = known && known->session == header->session};
}

bool HostWatch::answers(const std::optional<Candidate>& candidate, HostTime now) {
  return candidate && candidate->moved && now - candidate->since <= kHeartbeatTimeout;
}

void HostWatch::end_lost_session() {
  const auto& candidate = current();
  const bool same = session_ && candidate && candidate->session == session_->id;
  if (!same) session_.reset();
}

bool HostWatch::stands(std::span<std::byte> memory) const {
  CHECK(session_.has_value());
  const LgmpLayout& layout = session_->dialect->lgmp;
  const auto header = read_lgmp_header(memory, layout);
  return header && header->version == layout.version && header->session == session_->id;
}

bool HostWatch::begin_session(std::span<std::byte> memory, HostTime now) {
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const auto& candidate = candidates_[i];
    if (!candidate || !answers(candidate, now)) continue;
    const Dialect& dialect = *dialects()[i];
    const auto user_data = copy_user_data(memory, dialect.lgmp, kMaxUserData);
    if (!user_data) continue;
    auto host = parse_kvmfr_host(*user_data);
    if (!host || host->version != dialect.kvmfr.version) continue;
    session_ = HostSession{.dialect = &dialect, .id = candidate->session, .host = std::move(*host)};
    current_ = i;
    tolerated_ = find_stranger(memory);
    return true;
  }
  return false;
}

void HostWatch::look_for_strangers(std::span<std::byte> memory, HostTime now) {
  if (now < next_stranger_look_) return;
  next_stranger_look_ = now + kSteady;
  auto found = find_stranger(memory);
  if (session_ && found == tolerated_) found.reset();
  if (found != stranger_) {
    stranger_ = std::move(found);
    stranger_since_ = now;
    error_.clear();
  } else if (stranger_ && error_.empty() && now - stranger_since_ >= kSteady) {
    error_ = describe(*stranger_);
  }
}

GuestStatus HostWatch::status_without_answer(HostTime now) const {
  if (!error_.empty()) return GuestStatus::Unreadable;
  const bool silent = std::ranges::any_of(candidates_, [&](const auto& candidate) {
    return candidate && now - candidate->since > kHeartbeatTimeout;
  });
  return session_ || silent ? GuestStatus::Silent : GuestStatus::Absent;
}

}  // namespace pierglass::compat
