// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "loop/event_loop.hpp"
#include "spice/session.hpp"
#include "tests/support/spice_bytes.hpp"

namespace pierglass::spice::test {

using pierglass::test::Bytes;

// A folder that goes with its files.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A session on a loop of its own, stepped by the test, and all that it told.
class SessionUnderTest final : public SessionEvents {
 public:
  // Waits are short unless the options say otherwise.
  explicit SessionUnderTest(const std::string& address, SessionOptions options = {});
  explicit SessionUnderTest(SessionOptions options);
  ~SessionUnderTest();

  // Steps the loop until the condition holds; false after `limit`.
  bool until(const std::function<bool()>& condition, Nanoseconds limit = std::chrono::seconds(20));
  // Steps the loop for that long.
  void pass(Nanoseconds time);
  bool until_connected() {
    return until([this] { return session->connected(); });
  }

  void on_connected() noexcept override {
    ++connects;
    if (when_connected) when_connected();
  }
  void on_disconnected() noexcept override { ++disconnects; }
  void on_trouble(const Trouble& trouble) noexcept override { troubles.push_back(trouble); }
  void on_guest_locks(input::Locks locks) noexcept override { guest_locks.push_back(locks); }
  void on_pointer_mode(input::PointerMode mode) noexcept override { modes.push_back(mode); }

  int connects = 0;
  int disconnects = 0;
  std::vector<Trouble> troubles;
  std::vector<input::Locks> guest_locks;
  std::vector<input::PointerMode> modes;
  std::function<void()> when_connected;
  std::unique_ptr<loop::EventLoop> loop;
  std::unique_ptr<Session> session;
};

// A listening unix socket and its connections, in the test's own thread, that say what they are
// told to say.
class RawPeer {
 public:
  explicit RawPeer(const std::string& path);

  // Steps the session until somebody connects; the connection's number, from 0.
  std::size_t accept(SessionUnderTest& client);
  // Sends all of it, stepping the session meanwhile; false when the client has closed.
  bool say(SessionUnderTest& client, std::size_t connection, const Bytes& bytes);
  // All that came so far on a connection; checked by ClientBytes. False when it is not right.
  bool hear(std::size_t connection);
  [[nodiscard]] bool closed(std::size_t connection);
  void close(std::size_t connection) { connections_[connection].fd.reset(); }
  pierglass::test::ClientBytes& client(std::size_t connection) {
    return connections_[connection].client;
  }
  void stop_listening() { listener_.reset(); }

  // The whole of the server's part, up to a connected session: connections 0 and 1, or the next
  // two.
  void connect(SessionUnderTest& client);

 private:
  struct One {
    Fd fd;
    pierglass::test::ClientBytes client;
    bool closed = false;
  };
  Fd listener_;
  std::vector<One> connections_;
};

}  // namespace pierglass::spice::test
