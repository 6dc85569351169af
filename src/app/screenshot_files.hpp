// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "app/present_news.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"
#include "loop/wakeup.hpp"

namespace pierglass::app {

// "pierglass-20260131-235959.png"; with " (2)" and so on before the dot for `copy` from 2 on.
std::string screenshot_name(std::chrono::sys_seconds time, unsigned copy);

// Writes pictures to files, one at a time, in a thread of its own, since a large PNG takes longer
// than input may wait. Main thread.
class ScreenshotFiles {
 public:
  // The sentence says where the picture is, or why there is none.
  using Told = std::move_only_function<void(std::string sentence)>;

  static Result<std::unique_ptr<ScreenshotFiles>> create(loop::EventLoop& loop, std::string folder,
                                                         Told told);
  ScreenshotFiles(const ScreenshotFiles&) = delete;
  ScreenshotFiles& operator=(const ScreenshotFiles&) = delete;
  // Waits for a file that is being written.
  ~ScreenshotFiles();

  [[nodiscard]] bool busy() const { return thread_.joinable(); }
  // Not while busy.
  void save(Screenshot picture);

 private:
  ScreenshotFiles(std::string folder, Told told)
      : folder_(std::move(folder)), told_(std::move(told)) {}
  void on_written();

  std::string folder_;
  Told told_;
  std::unique_ptr<loop::Wakeup> written_;
  std::mutex mutex_;  // guards sentence_
  std::string sentence_;
  std::thread thread_;
};

}  // namespace pierglass::app
