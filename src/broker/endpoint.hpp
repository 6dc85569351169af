// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "broker/access.hpp"

namespace pierglass::broker {

enum class Folder : std::uint8_t {
  Ours,   // made when missing, and opened up as the modes say; must belong to us
  Given,  // must be there, and is left as it is
};

// Where peers connect: a socket file and the lock file beside it, or a socket that systemd made.
// Movable; any one thread.
class Endpoint {
 public:
  // Listens at `path` (absolute). A dead broker's socket is replaced. Busy: a live one's lock,
  // `got` is its process id, 0 when unknown, or something that is no socket. NotFound: no such
  // folder. PermissionDenied: the folder is another user's, or others may write to it.
  static Result<Endpoint> create(const std::string& path, Folder folder, const FileModes& modes);
  // A listening socket that somebody else made; its file is left alone.
  static Endpoint adopt(Fd listener) { return Endpoint(Fd(), Fd(), std::move(listener), {}); }

  Endpoint(Endpoint&&) noexcept = default;
  Endpoint& operator=(Endpoint&&) = delete;
  ~Endpoint();  // removes the socket's file

  [[nodiscard]] int listener() const { return listener_.get(); }

 private:
  Endpoint(Fd folder, Fd lock, Fd listener, std::string file)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        listener_(std::move(listener)),
        file_(std::move(file)) {}

  Fd folder_;
  Fd lock_;  // outlives listener_: whoever gets it finds no socket of ours
  Fd listener_;
  std::string file_;  // empty: not ours
};

}  // namespace pierglass::broker
