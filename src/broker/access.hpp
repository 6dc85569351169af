// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <span>
#include <vector>

#include "base/result.hpp"

// Who may connect. The kernel says who is at the other end of a socket; nothing that a peer says is
// looked at.
namespace pierglass::broker {

struct AccessRules {
  uid_t self = 0;  // the broker's own user; root may always
  std::vector<uid_t> users;
  std::vector<gid_t> groups;
};

// Of the process that connected, as it was at that moment.
struct Credentials {
  pid_t pid = 0;  // 0: in a namespace that we do not see
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary
};

[[nodiscard]] bool is_allowed(const AccessRules& rules, const Credentials& peer);

// Of the process at the other end of a connected Unix socket. Never blocks: the supplementary
// groups are the process' own (SO_PEERGROUPS), not looked up in a user database.
Result<Credentials> credentials_of(int socket);

// Permission bits for the broker's folder and sockets under these rules: as narrow as file modes
// can say it. `group` is the owning group that is needed for that, or the own one.
struct FileModes {
  mode_t folder = 0700;
  mode_t socket = 0600;
  gid_t group = static_cast<gid_t>(-1);  // leave
  friend bool operator==(const FileModes&, const FileModes&) = default;
};
[[nodiscard]] FileModes modes_for(const AccessRules& rules);

}  // namespace pierglass::broker
