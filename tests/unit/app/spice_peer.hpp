// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "loop/event_loop.hpp"
#include "tests/support/guest_devices.hpp"
#include "tests/support/spice_bytes.hpp"

namespace pierglass::app::test {

// A SPICE server on the client's own loop: what the client has sent is here without waiting, and it
// comes and goes as the test likes. Takes one client at a time.
class SpicePeer {
 public:
  SpicePeer(loop::EventLoop& loop, std::string path);
  ~SpicePeer();
  SpicePeer(const SpicePeer&) = delete;
  SpicePeer& operator=(const SpicePeer&) = delete;

  pierglass::test::GuestDevices devices;
  std::string wrong;    // the first thing that no client may say
  bool tablet = false;  // set before a connection begins

  void listen();
  void stop_listening();
  // Ends the connection, and with it what is down on the keyboard.
  void drop();

  // The client's keys and buttons arrive.
  [[nodiscard]] bool connected() const { return inputs_ && inputs_->greeted; }
  // Hears all that the client has sent.
  void hear();

 private:
  struct Channel {
    Channel(Fd socket, bool is_main) : fd(std::move(socket)), main(is_main), client(is_main) {}
    Fd fd;
    bool main;
    pierglass::test::ClientBytes client;
    loop::Registration registration;
    bool linked = false;
    bool greeted = false;
  };

  [[nodiscard]] Fd accept() const;  // none: nobody waits
  void on_connection();
  void hear(std::unique_ptr<Channel>& channel);
  void answer(Channel& channel);
  void obey(Channel& channel, const pierglass::test::ClientMessage& message);
  void on_key(const pierglass::test::Bytes& scan_codes);
  void on_mouse_mode(std::uint32_t mode);
  void on_motion();
  void tell_locks();
  [[nodiscard]] std::uint32_t modes() const {
    return tablet ? 3 : 1;
  }  // that there are, SPICE's bits
  static void say(Channel& channel, const pierglass::test::Bytes& bytes);

  loop::EventLoop& loop_;
  std::string path_;
  Fd listener_;
  loop::Registration registration_;
  std::unique_ptr<Channel> main_;
  std::unique_ptr<Channel> inputs_;
  std::uint32_t mode_ = 1;  // SPICE's: 1 relative, 2 absolute
  std::uint32_t motions_ = 0;
  std::uint16_t locks_ = 0;
};

}  // namespace pierglass::app::test
