// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/access.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace pierglass::broker {
namespace {

template <typename Id>
bool contains(const std::vector<Id>& ids, Id id) {
  return std::ranges::find(ids, id) != ids.end();
}

Result<std::vector<gid_t>> groups_of(int socket) {
  std::vector<gid_t> groups(32);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int status = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    const int error = errno;
    const std::size_t count = size / sizeof(gid_t);
    if (status != 0 && (error != ERANGE || count <= groups.size()))
      return fail_os(OsErrorKind::Errno, error, "SO_PEERGROUPS");
    groups.resize(count);
    if (status == 0) return groups;
  }
}

}  // namespace

bool is_allowed(const AccessRules& rules, const Credentials& peer) {
  if (peer.uid == 0 || peer.uid == rules.self || contains(rules.users, peer.uid)) return true;
  if (contains(rules.groups, peer.gid)) return true;
  return std::ranges::any_of(peer.groups, [&](gid_t id) { return contains(rules.groups, id); });
}

Result<Credentials> credentials_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return fail_os(OsErrorKind::Errno, errno, "SO_PEERCRED");
  return Credentials{
      .pid = peer.pid, .uid = peer.uid, .gid = peer.gid, .groups = TRY(groups_of(socket))};
}

FileModes modes_for(const AccessRules& rules) {
  if (rules.users.empty() && rules.groups.empty()) return {};
  if (rules.users.empty() && rules.groups.size() == 1)
    return {.folder = 0750, .socket = 0660, .group = rules.groups[0]};
  // Several users or groups: no mode says that, each peer's credentials decide.
  return {.folder = 0711, .socket = 0666};
}

}  // namespace pierglass::broker
