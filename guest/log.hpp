// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

// What pierglass-guest.exe says: to standard error, and to a file when one was opened. Sentences
// about states, never about frames. Any thread; a call may wait for the disk.
namespace pierglass::guest {

enum class Severity : std::uint8_t { Info, Warning, Error };

void say(Severity severity, const std::string& sentence);

// From now on with date and time into this file too; a full one (1 MiB) is renamed, three old ones
// stay. `path` is UTF-8. False: it cannot be written.
bool open_log(const std::string& path);

}  // namespace pierglass::guest
