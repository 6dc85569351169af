// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "guest/core/supervision.hpp"
#include "guest/service/capture_process_windows.hpp"
#include "guest/service/config_watch_windows.hpp"
#include "guest/win/data_folder_windows.hpp"

namespace pierglass::guest {

// Keeps one capture process running where the console is, until it is stopped.
class Supervisor {
 public:
  // The data folder exists.
  static Result<std::unique_ptr<Supervisor>> create(const DataFolder& folder);

  // Returns when nothing runs any more.
  void run();

  // Any thread, any number of times, also before run().
  void stop();
  void console_changed();  // it may have
  void reload();           // the config file may have changed

 private:
  explicit Supervisor(const DataFolder& folder) : folder_(folder) {}

  void wait_for_news(std::optional<HostTime> until);
  void start(SessionId session);
  Result<CaptureProcess> start_process(SessionId session);
  void on_end();
  void look_at_console();
  void look_at_config();
  void take_config();
  void keep_last_good();

  const DataFolder folder_;
  shm::KernelHandle stop_;  // these reset themselves
  shm::KernelHandle console_;
  shm::KernelHandle reload_;
  std::optional<ConfigWatch> watch_;   // nothing where Windows cannot
  std::optional<std::string> config_;  // as read last
  std::optional<HostTime> config_due_;
  Supervision supervision_;
  std::optional<CaptureProcess> process_;
};

}  // namespace pierglass::guest
