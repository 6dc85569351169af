// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "guest/core/restart_policy.hpp"

namespace pierglass::guest {

// A Windows session: a set of desktops with one keyboard, mouse and screen.
using SessionId = std::uint32_t;

// What a supervisor has to do so that one capture process runs in the session that has the console,
// and none anywhere else. It is told what happens and asked for the next step after each; it knows
// neither processes nor clocks.
class Supervision {
 public:
  // How long a process that was asked to end may take.
  static constexpr Nanoseconds kGrace = std::chrono::seconds(5);

  enum class Action : std::uint8_t {
    Wait,      // for news, at most until `until`
    Start,     // a process in `session`; then on_started() or on_not_started()
    AskToEnd,  // the running process
    Kill,      // the running process, which did not listen
    Finish,    // nothing runs any more, and nothing shall
  };
  struct Step {
    Action action = Action::Wait;
    std::optional<HostTime> until;
    SessionId session = 0;
  };

  // The session at the console; nothing while it changes hands.
  void on_console(std::optional<SessionId> session) { console_ = session; }
  // The process that runs, if one does, is replaced.
  void on_new_configuration();
  void on_stop() { stopping_ = true; }

  void on_started(HostTime now, SessionId session);
  void on_not_started(HostTime now);
  void on_ended(HostTime now, CaptureEnd end);

  // AskToEnd and Kill come once for each process.
  Step next(HostTime now);

  [[nodiscard]] bool running() const { return running_in_.has_value(); }

 private:
  [[nodiscard]] bool wanted() const;
  Step end_running(HostTime now);
  [[nodiscard]] Step start_another(HostTime now) const;

  RestartPolicy policy_;
  std::optional<SessionId> console_;
  std::optional<SessionId> running_in_;
  std::optional<HostTime> asked_;  // the running process to end
  bool killed_ = false;
  bool replaced_ = false;  // the running process has an old configuration
  bool stopping_ = false;
};

}  // namespace pierglass::guest
