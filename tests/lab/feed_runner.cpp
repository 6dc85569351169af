// SPDX-License-Identifier: GPL-2.0-or-later
// First process of a small guest: runs /feed_in_guest as it is told over a virtio port.
// tests/lab/README.md describes the lines.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <array>
#include <sstream>
#include <vector>

#include "tests/lab/first_process.hpp"

namespace pierglass::lab {
namespace {

class Runner {
 public:
  explicit Runner(int port) : port_(port) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child, &before_);
    children_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children_ < 0) power_off("signalfd");
  }

  [[noreturn]] void run() {
    say("ready");
    for (;;) {
      std::array<pollfd, 2> watched{pollfd{.fd = port_, .events = POLLIN},
                                    pollfd{.fd = children_, .events = POLLIN}};
      if (::poll(watched.data(), watched.size(), -1) < 0) power_off("poll");
      if ((watched[1].revents & POLLIN) != 0) reap();
      if ((watched[0].revents & POLLIN) != 0) take_bytes();
    }
  }

 private:
  void say(const std::string& text) const {
    const std::string line = text + "\n";
    if (::write(port_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      power_off("write to the port");
    }
  }

  void take_bytes() {
    std::array<char, 4096> bytes;
    const ssize_t count = ::read(port_, bytes.data(), bytes.size());
    if (count < 0) power_off("read from the port");
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = pending_.find('\n')) != std::string::npos;) {
      obey(pending_.substr(0, end));
      pending_.erase(0, end + 1);
    }
  }

  void obey(const std::string& line) {
    std::istringstream stream(line);
    std::string verb;
    stream >> verb;
    if (verb == "run") {
      std::vector<std::string> words{"/feed_in_guest"};
      for (std::string word; stream >> word;) words.push_back(word);
      start(words);
    } else if (verb == "signal") {
      int number = 0;
      stream >> number;
      if (feed_ > 0) ::kill(feed_, number);
    }
  }

  void start(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    feed_ = ::fork();
    if (feed_ < 0) power_off("fork");
    if (feed_ == 0) {
      ::sigprocmask(SIG_SETMASK, &before_, nullptr);
      ::execv(pointers[0], pointers.data());
      std::perror(pointers[0]);
      ::_exit(127);
    }
    say("started");
  }

  void reap() {
    signalfd_siginfo signal{};
    while (::read(children_, &signal, sizeof signal) == sizeof signal) {
    }
    int status = 0;
    for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (child != feed_) continue;
      feed_ = -1;
      say("ended " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : 128));
    }
  }

  int port_;
  int children_ = -1;
  sigset_t before_{};
  pid_t feed_ = -1;
  std::string pending_;
};

}  // namespace
}  // namespace pierglass::lab

int main() {
  using namespace pierglass::lab;
  mount_at("/dev", "devtmpfs");
  mount_at("/proc", "proc");
  mount_at("/sys", "sysfs");
  load_modules();
  Runner(open_port()).run();
}
