// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.hpp"

// %ProgramData%\Pierglass: what the service keeps, and the user writes for it. Paths are UTF-8.
namespace pierglass::guest {

struct DataFolder {
  std::string path;

  [[nodiscard]] std::string logs() const { return path + "\\logs"; }
  [[nodiscard]] std::string config() const { return path + "\\pierglass-guest.conf"; }
  // The last good one, which the capture process reads.
  [[nodiscard]] std::string config_in_use() const { return path + "\\in-use.conf"; }
};

DataFolder data_folder();

// Makes it and logs(), so that administrators and the system may write and others read. Ordinary
// users may make folders in %ProgramData%: what one of them made is moved aside, see
// make_protected_folder().
Result<void> make_data_folder();

// Removes it with all that is in it. Not there, or somebody else's: nothing to do.
Result<void> remove_data_folder();

// A file of at most 64 KiB. NotFound; Busy: somebody is writing it; TooLarge.
Result<std::string> read_file(const std::string& path);

// Replaces the file, or leaves it as it was.
Result<void> write_file(const std::string& path, const std::string& text);

}  // namespace pierglass::guest
