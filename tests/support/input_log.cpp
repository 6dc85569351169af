// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/input_log.hpp"

#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace pierglass::test {

using namespace std::chrono_literals;

void InputLog::fail(const std::string& what) {
  throw std::runtime_error("the guest's input log: " + what);
}

InputLog::~InputLog() {
  if (fd_ >= 0) ::close(fd_);
}

bool InputLog::connect(const std::filesystem::path& socket) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (socket.native().size() >= sizeof address.sun_path)
    fail("too long a path: " + socket.string());
  std::ranges::copy(socket.native(), address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("no socket");
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return false;
  }
  fd_ = fd;
  return true;
}

bool InputLog::wait_for_bytes(std::chrono::steady_clock::time_point deadline) const {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, std::max(0, static_cast<int>(left.count()))) > 0;
}

void InputLog::read() {
  std::array<char, 65536> bytes;
  ssize_t count = 0;
  while ((count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  if (count == 0 || errno != EAGAIN) fail("QEMU has ended");
  std::size_t done = 0;
  for (std::size_t end = 0; (end = pending_.find('\n', done)) != std::string::npos;
       done = end + 1) {
    take(std::string_view(pending_).substr(done, end - done));
  }
  pending_.erase(0, done);
}

void InputLog::take(std::string_view line) {
  const std::string text(line);
  GuestEvent event{};
  unsigned number = 0;
  std::uint32_t code = 0;
  int at = 0;
  if (std::sscanf(text.c_str(), "event %u %hx %hx %d", &event.device, &event.type, &event.code,
                  &event.value) == 4) {
    take_event(event);
  } else if (std::sscanf(text.c_str(), "pressed %u %x", &number, &code) == 2) {
    asked_.pressed.insert(code);
  } else if (std::sscanf(text.c_str(), "lit %u %x", &number, &code) == 2) {
    asked_.lit.insert(code);
  } else if (std::sscanf(text.c_str(), "device %u %n", &number, &at) == 1) {
    devices_[number] = text.substr(static_cast<std::size_t>(at));
  } else if (text == "state") {
    ++answers_;
  } else if (text == "ready") {
    ready_ = true;
  } else {
    fail("it said: " + text);
  }
}

void InputLog::take_event(const GuestEvent& event) {
  if (event.type == EV_SYN && event.code == SYN_DROPPED) fail("its reader was too slow");
  if (event.type != EV_SYN && event.type != EV_MSC && event.type != EV_LED) {
    events_.push_back(event);
  }
}

GuestState InputLog::state() {
  asked_ = {};
  const unsigned before = answers_;
  if (::send(fd_, "?", 1, MSG_NOSIGNAL) != 1) fail("it cannot be asked");
  if (!wait([&] { return answers_ != before; }, 10s)) fail("it does not answer");
  return asked_;
}

}  // namespace pierglass::test
