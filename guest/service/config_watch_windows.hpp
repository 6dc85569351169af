// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "base/handle.hpp"
#include "shm/text_windows.hpp"

namespace pierglass::guest {

// Tells of changes in the files of a folder, not of those below it.
class ConfigWatch {
 public:
  static std::optional<ConfigWatch> create(const std::string& folder) {
    const HANDLE made = FindFirstChangeNotificationW(
        shm::widen(folder).c_str(), FALSE,
        FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_SIZE);
    if (made == INVALID_HANDLE_VALUE) return std::nullopt;
    return ConfigWatch(made);
  }

  // Signalled when something changed, until rearm().
  [[nodiscard]] HANDLE handle() const { return change_.get(); }
  void rearm() const { FindNextChangeNotification(change_.get()); }

 private:
  struct Traits {
    using Value = HANDLE;
    static Value invalid() { return nullptr; }
    static void close(Value change) noexcept { FindCloseChangeNotification(change); }
  };
  explicit ConfigWatch(HANDLE change) : change_(change) {}

  Handle<Traits> change_;
};

}  // namespace pierglass::guest
