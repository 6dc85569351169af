// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/user_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fd.hpp"

namespace pierglass::app {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string home_folder() {
  const std::string home = variable("HOME");
  return home.empty() ? "." : home;
}

// "$HOME/Bilder" or "/data/Bilder", each in quotes and with what is special to a shell behind a
// backslash, as xdg-user-dirs writes it.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::nullopt;
  text.remove_prefix(1);
  std::string folder;
  if (text.starts_with("$HOME")) {
    folder = home_folder();
    text.remove_prefix(5);
  }
  for (std::size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    folder += text[i];
  }
  if (!folder.starts_with('/')) return std::nullopt;
  return folder;
}

std::optional<std::string> configured_pictures() {
  std::string config = variable("XDG_CONFIG_HOME");
  if (!config.starts_with('/')) config = home_folder() + "/.config";
  std::ifstream file(config + "/user-dirs.dirs");
  static constexpr std::string_view kKey = "XDG_PICTURES_DIR=";
  std::optional<std::string> folder;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kKey)) folder = unquoted(std::string_view(line).substr(kKey.size()));
  }
  return folder;
}

std::string os_words(int error) {
  return std::generic_category().message(error);
}

// A pipe may bring it in pieces.
std::expected<std::string, std::string> first_line(const Fd& fd, const std::string& file) {
  std::array<char, 512> piece;
  std::string text;
  while (text.find('\n') == std::string::npos && text.size() < piece.size()) {
    const ssize_t got = read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return std::unexpected("the password file " + file + " cannot be read: " + os_words(errno));
    }
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  text.resize(std::min(text.size(), text.find('\n')));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string too_long(const std::string& where) {
  return "the password in " + where + " has more than " + std::to_string(kMaxPassword) +
         " bytes, which SPICE cannot take";
}

std::expected<Password, std::string> password_in(const std::string& file) {
  const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    return std::unexpected("the password file " + file + " cannot be opened: " + os_words(errno));
  }
  auto text = first_line(fd, file);
  if (!text) return std::unexpected(std::move(text.error()));
  if (text->empty()) {
    return std::unexpected("the password file " + file + " has no password in its first line");
  }
  if (text->size() > kMaxPassword) return std::unexpected(too_long(file));
  Password password{.text = std::move(*text), .warning = {}};
  struct stat status{};
  if (fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
      (status.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    password.warning =
        "others may read the password file " + file + ": keep it to yourself with chmod 600";
  }
  return password;
}

}  // namespace

std::string screenshot_folder(const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  if (const std::string named = variable("XDG_PICTURES_DIR"); named.starts_with('/')) return named;
  if (auto configured = configured_pictures()) return *std::move(configured);
  const std::string home = home_folder();
  std::error_code ignored;
  return std::filesystem::is_directory(home + "/Pictures", ignored) ? home + "/Pictures" : home;
}

std::expected<Password, std::string> spice_password(const std::string& file) {
  static constexpr const char* kVariable = "PIERGLASS_SPICE_PASSWORD";
  std::string text = variable(kVariable);
  unsetenv(kVariable);
  if (!file.empty()) return password_in(file);
  if (text.size() > kMaxPassword) return std::unexpected(too_long(kVariable));
  return Password{.text = std::move(text), .warning = {}};
}

}  // namespace pierglass::app
