// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/result.hpp"
#include "guest/core/supervision.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

// This program once more, with `run`, as a child that inherits nothing but the links of
// SupervisorLinks and may itself start no program. It lives on when this is destroyed; it sees the
// end of its parent.
class CaptureProcess {
 public:
  // In another session, on the desktop that its user sees, as the user of this process. `log_file`:
  // UTF-8, as `config`.
  static Result<CaptureProcess> start_in_session(SessionId session, const std::string& config,
                                                 const std::string& log_file);
  // In this process' session.
  static Result<CaptureProcess> start_here(const std::string& config, const std::string& log_file);

  // Signalled once it has ended.
  [[nodiscard]] void* handle() const { return process_.get(); }
  [[nodiscard]] std::uint32_t id() const { return id_; }
  [[nodiscard]] std::uint32_t exit_code() const;  // after it has ended

  void ask_to_end() const;
  void kill() const;

 private:
  CaptureProcess() = default;
  static Result<CaptureProcess> start(void* token, const std::string& config,
                                      const std::string& log_file);

  shm::KernelHandle process_;
  shm::KernelHandle stop_;
  std::uint32_t id_ = 0;
};

}  // namespace pierglass::guest
