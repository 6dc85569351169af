// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <string>

// Files and folders of the user's that options name or leave to the desktop's habits.
namespace pierglass::app {

// Where screenshots go: `chosen`, or when that is empty the user's folder of pictures:
// $XDG_PICTURES_DIR, what user-dirs.dirs says, ~/Pictures where there is one, or the home folder.
// Reads a small file.
std::string screenshot_folder(const std::string& chosen);

inline constexpr std::size_t kMaxPassword = 60;  // bytes, as many as SPICE can take

struct Password {
  std::string text;     // empty: none
  std::string warning;  // one sentence, when others may read the file; else empty
};

// The first line of `file`; when that is empty, what PIERGLASS_SPICE_PASSWORD holds. The variable
// is removed from the environment in any case, so call it before there is a second thread. The
// error is a sentence.
std::expected<Password, std::string> spice_password(const std::string& file);

}  // namespace pierglass::app
