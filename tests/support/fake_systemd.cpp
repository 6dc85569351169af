// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_systemd.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "base/unix_address_linux.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

void require(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

Fd unix_socket(int type, const std::filesystem::path& path) {
  Fd fd(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = unix_address(path.native()).value();
  require(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  return fd;
}

}  // namespace

FakeSystemd::FakeSystemd() : notify_(unix_socket(SOCK_DGRAM, dir_.path() / "notify")) {
  // The program may run as another user.
  require(chmod((dir_.path() / "notify").c_str(), 0666) == 0, "chmod");
  // The program's messages are read after it has sent them all: there must be room.
  const int bytes = 8 << 20;
  (void)setsockopt(notify_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
}

FakeSystemd::~FakeSystemd() {
  if (pid_ > 0) kill();
}

void FakeSystemd::listen(const std::string& name, const std::filesystem::path& path) {
  Fd fd = unix_socket(SOCK_STREAM, path);
  require(::listen(fd.get(), 16) == 0, "listen");
  listeners_[name] = std::move(fd);
}

void FakeSystemd::become(std::vector<std::string> words, std::optional<uid_t> user) const {
  std::vector<int> given;
  std::string names;
  for (const auto* kept : {&listeners_, &store_}) {
    for (const auto& [name, fd] : *kept) {
      given.push_back(fcntl(fd.get(), F_DUPFD, 1000));  // out of the way of 3 and on
      names += (names.empty() ? "" : ":") + name;
    }
  }
  const int log = open((dir_.path() / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(log, STDERR_FILENO);
  int next = 3;
  for (const int fd : given) dup2(fd, next++);
  close_range(static_cast<unsigned>(next), ~0U, 0);
  const std::string count = std::to_string(given.size());
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", count.c_str(), 1);
  setenv("LISTEN_FDNAMES", names.c_str(), 1);
  setenv("NOTIFY_SOCKET", (dir_.path() / "notify").c_str(), 1);
  unsetenv("XDG_RUNTIME_DIR");
  if (user) {
    const auto group = static_cast<gid_t>(*user);
    if (setgroups(0, nullptr) != 0 || setresgid(group, group, group) != 0 ||
        setresuid(*user, *user, *user) != 0)
      _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user takes it back
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  _exit(127);
}

bool FakeSystemd::start(const std::vector<std::string>& words, std::optional<uid_t> user) {
  ready_ = false;
  pid_ = fork();
  require(pid_ >= 0, "fork");
  if (pid_ == 0) become(words, user);
  const auto settled = [this] {
    receive();
    return ready_ || !running();
  };
  return wait_until(settled, kPatience) && ready_;
}

bool FakeSystemd::running() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

void FakeSystemd::kill() {
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  receive();
}

int FakeSystemd::terminate() {
  int status = 0;
  ::kill(pid_, SIGTERM);
  const bool ended = wait_until(
      [&] {
        receive();
        return waitpid(pid_, &status, WNOHANG) == pid_;
      },
      kPatience);
  if (!ended) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void FakeSystemd::receive() {
  for (;;) {
    std::array<char, 4096> text{};
    iovec data{.iov_base = text.data(), .iov_len = text.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int) + 64)> control{};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t got = recvmsg(notify_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) return;
    Fd fd;
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
      if (part->cmsg_type != SCM_RIGHTS) continue;
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part), sizeof number);
      fd.reset(number);
    }
    take(std::string(text.data(), static_cast<std::size_t>(got)), std::move(fd));
  }
}

void FakeSystemd::take(const std::string& message, Fd fd) {
  std::map<std::string, std::string> words;
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    words[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  if (words.contains("READY")) ready_ = true;
  if (words.contains("FDSTORE")) store_[words["FDNAME"]] = std::move(fd);
  if (words.contains("FDSTOREREMOVE")) store_.erase(words["FDNAME"]);
}

std::string FakeSystemd::err() const {
  std::ifstream file(dir_.path() / "err");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace pierglass::test
