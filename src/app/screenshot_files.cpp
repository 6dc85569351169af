// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/screenshot_files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/png.hpp"
#include "base/describe.hpp"

namespace pierglass::app {
namespace {

constexpr unsigned kMostCopies = 100;  // within one second

// A name in `folder` that nothing has yet.
std::string free_path(const std::string& folder) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string path;
  for (unsigned copy = 1; copy <= kMostCopies; ++copy) {
    path = folder + "/" + screenshot_name(now, copy);
    std::error_code unreadable;
    if (!std::filesystem::exists(path, unreadable)) break;
  }
  return path;
}

std::string write_picture(const std::string& folder, const Screenshot& picture) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const std::string path = free_path(folder);
  const Result<void> written = write_png(path, picture.size, picture.pixels);
  if (written) return "Screenshot saved as " + path;
  return "The screenshot cannot be saved in " + folder + ": " + describe(written.error()) +
         "; name another folder with --screenshots";
}

}  // namespace

std::string screenshot_name(std::chrono::sys_seconds time, unsigned copy) {
  const std::tm local = fmt::localtime(std::chrono::system_clock::to_time_t(time));
  const std::string number = copy < 2 ? std::string() : fmt::format(" ({})", copy);
  return fmt::format("pierglass-{:%Y%m%d-%H%M%S}{}.png", local, number);
}

Result<std::unique_ptr<ScreenshotFiles>> ScreenshotFiles::create(loop::EventLoop& loop,
                                                                 std::string folder, Told told) {
  std::unique_ptr<ScreenshotFiles> self(new ScreenshotFiles(std::move(folder), std::move(told)));
  self->written_ = std::make_unique<loop::Wakeup>(
      TRY(loop::Wakeup::create(loop, [shots = self.get()]() -> Result<loop::Next> {
        shots->on_written();
        return loop::Next::Keep;
      })));
  return self;
}

ScreenshotFiles::~ScreenshotFiles() {
  if (thread_.joinable()) thread_.join();
}

void ScreenshotFiles::save(Screenshot picture) {
  auto write = [this, picture = std::move(picture)] {
    std::string sentence;
    try {
      sentence = write_picture(folder_, picture);
    } catch (const std::exception& error) {  // memory, or a clock that cannot be read
      sentence = std::string("The screenshot cannot be saved: ") + error.what();
    }
    {
      const std::scoped_lock lock(mutex_);
      sentence_ = std::move(sentence);
    }
    written_->notify();
  };
  try {
    thread_ = std::thread(std::move(write));
  } catch (const std::system_error& error) {
    told_(std::string("The screenshot cannot be saved: ") + error.what());
  }
}

void ScreenshotFiles::on_written() {
  thread_.join();
  std::string sentence;
  {
    const std::scoped_lock lock(mutex_);
    sentence = std::exchange(sentence_, {});
  }
  told_(std::move(sentence));
}

}  // namespace pierglass::app
