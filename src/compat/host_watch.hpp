// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "compat/dialect.hpp"
#include "compat/kvmfr_host.hpp"
#include "compat/lgmp_header.hpp"
#include "compat/strangers.hpp"
#include "source/frame_source.hpp"

namespace pierglass::compat {

// One start of a host that can be read.
struct HostSession {
  const Dialect* dialect;
  std::uint32_t id;
  KvmfrHost host;
};

// Finds a live host in shared memory and watches it. What an earlier host left behind, perhaps of
// another version and beside the live one, is not mistaken for one: a host lives when its timestamp
// moves. One thread; nothing blocks; allocates only while no host is live.
class HostWatch {
 public:
  HostWatch();

  // Another memory: everything known is void.
  void forget();

  // Looks at the memory, which may be empty. A session() that was there before the call may have
  // ended or be another one after it.
  source::GuestStatus look(std::span<std::byte> memory, HostTime now);

  // The session that was found live and has not ended since; its host may be silent by now.
  [[nodiscard]] const std::optional<HostSession>& session() const { return session_; }

  // False once the session's header is gone or another's: a few loads. Only with a session().
  [[nodiscard]] bool stands(std::span<std::byte> memory) const;

  // Why the status is Unreadable; empty otherwise.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  // What stands at one dialect's place.
  struct Candidate {
    std::uint32_t session = 0;
    std::uint64_t timestamp = 0;
    HostTime since;  // first seen, or when the timestamp moved last
    bool moved = false;
  };

  void look_at_all(std::span<std::byte> memory, HostTime now);
  [[nodiscard]] static std::optional<Candidate> updated(const std::optional<Candidate>& known,
                                                        const std::optional<LgmpHeader>& header,
                                                        const Dialect& dialect, HostTime now);
  [[nodiscard]] static bool answers(const std::optional<Candidate>& candidate, HostTime now);
  [[nodiscard]] const std::optional<Candidate>& current() const { return candidates_[current_]; }
  void end_lost_session();
  bool begin_session(std::span<std::byte> memory, HostTime now);
  void look_for_strangers(std::span<std::byte> memory, HostTime now);
  [[nodiscard]] source::GuestStatus status_without_answer(HostTime now) const;

  std::vector<std::optional<Candidate>> candidates_;  // as dialects()
  std::optional<HostSession> session_;
  std::size_t current_ = 0;  // the session's place in candidates_

  std::optional<Stranger> stranger_;
  std::optional<Stranger> tolerated_;  // stood there when a readable host was found
  HostTime stranger_since_;
  HostTime next_stranger_look_;
  std::string error_;
};

}  // namespace pierglass::compat
