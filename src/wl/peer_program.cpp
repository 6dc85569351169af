// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/peer_program.hpp"

#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace pierglass::wl {

namespace {

// The kernel says so of a program whose file was replaced or removed, as by an upgrade.
std::string without_deleted(std::string name) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (name.ends_with(kDeleted)) name.resize(name.size() - kDeleted.size());
  return name;
}

}  // namespace

std::string peer_program(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0) return {};
  const std::filesystem::path process = "/proc/" + std::to_string(peer.pid);
  std::error_code hidden;
  const auto program = std::filesystem::read_symlink(process / "exe", hidden);
  if (!hidden) return without_deleted(program.filename().string());
  // Of a process that is another user's, or may not be traced, only the name of its first thread.
  std::string name;
  std::getline(std::ifstream(process / "comm"), name);
  return name;
}

}  // namespace pierglass::wl
