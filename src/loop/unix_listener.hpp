// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

// A socket with a name in a folder, of which one process at a time may be the owner. The folder is
// given as a descriptor (O_PATH will do), so that nobody can lead a checked path elsewhere.
namespace pierglass::loop {

// A short path that leads to `file` in the opened folder, whatever happens to the folder's name.
[[nodiscard]] std::string path_in(const Fd& folder, const std::string& file);

// The right to `file` in the folder, until the descriptor closes or the process ends, however that
// happens. The process' id is written into the file, which stays. Busy: another process has it,
// `got` is its id, 0 when that cannot be read. NotARegularFile: something else has the name.
Result<Fd> take_lock(const Fd& folder, const std::string& file);

struct ListenAt {
  int type = SOCK_STREAM;                // or SOCK_SEQPACKET
  mode_t mode = 0600;                    // of the file, never wider before it has its group
  gid_t group = static_cast<gid_t>(-1);  // of the file; -1: the process' own
  int backlog = 16;
};

// A listening socket, non-blocking, at `file` in the folder: from the moment the file is there,
// callers are queued. An old socket that nobody listens at is replaced: call it only under a lock.
// InvalidArgument: the name is too long. Busy: the name is that of something else, or of a socket
// that somebody who knows of no lock listens at.
Result<Fd> listen_at(const Fd& folder, const std::string& file, const ListenAt& how);

}  // namespace pierglass::loop
