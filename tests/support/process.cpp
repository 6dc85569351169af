// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr std::array kInherited = {"PATH",
                                   "LANG",
                                   "ASAN_OPTIONS",
                                   "UBSAN_OPTIONS",
                                   "LSAN_OPTIONS",
                                   "TSAN_OPTIONS",
                                   "LD_LIBRARY_PATH",
                                   "PIERGLASS_LAB_FILES_AS_DMA_BUFS",
                                   "MESA_LOADER_DRIVER_OVERRIDE"};

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> result;
  for (const char* name : kInherited) {
    if (const char* value = std::getenv(name)) result.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : command.environment) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void child_fails(const char* call) {
  const int error = errno;
  dprintf(STDERR_FILENO, "cannot start: %s: %s\n", call, strerrordesc_np(error));
  _exit(127);
}

void redirect(const std::string& file, int target) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0 || dup2(fd, target) < 0) child_fails("open log");
}

void become(uid_t user) {
  const auto group = static_cast<gid_t>(user);
  if (setgroups(0, nullptr) != 0) child_fails("setgroups");
  if (setresgid(group, group, group) != 0) child_fails("setresgid");
  if (setresuid(user, user, user) != 0) child_fails("setresuid");
}

struct Prepared {
  std::vector<char*> words;
  std::vector<char*> environment;
  std::string out;
  std::string err;
};

// After fork: only calls that are safe there.
[[noreturn]] void run_child(const Command& command, const Prepared& prepared, pid_t parent) {
  setpgid(0, 0);
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) child_fails("open /dev/null");
  redirect(prepared.err, STDERR_FILENO);
  redirect(prepared.out, STDOUT_FILENO);
  if (close_range(3, ~0U, 0) != 0) child_fails("close_range");
  if (command.user) become(*command.user);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which clears it
  if (getppid() != parent) _exit(127);
  if (chdir(command.directory.c_str()) != 0) child_fails("chdir");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execvpe(prepared.words[0], prepared.words.data(), prepared.environment.data());
  child_fails(prepared.words[0]);
}

}  // namespace

Process::Process(Command command) : words_(command.words), log_(command.log) {
  std::vector<std::string> environment = environment_of(command);
  const Prepared prepared{.words = pointers(command.words),
                          .environment = pointers(environment),
                          .out = log_.string() + ".out",
                          .err = log_.string() + ".err"};
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) run_child(command, prepared, parent);
  setpgid(pid_, pid_);  // whoever of the two comes first
}

Process::Process(Process&& other) noexcept {
  *this = std::move(other);
}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    if (pid_ > 0) kill();
    pid_ = std::exchange(other.pid_, -1);
    exit_ = other.exit_;
    words_ = std::move(other.words_);
    log_ = std::move(other.log_);
  }
  return *this;
}

Process::~Process() {
  if (pid_ > 0) kill();
}

void Process::reap(int status) {
  exit_ = WIFEXITED(status) ? Exit{.code = WEXITSTATUS(status), .signal = 0}
                            : Exit{.code = -1, .signal = WTERMSIG(status)};
}

bool Process::running() {
  if (exit_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) reap(status);
  return !exit_;
}

std::optional<Exit> Process::wait(std::chrono::nanoseconds timeout) {
  if (wait_until([this] { return !running(); }, timeout, std::chrono::milliseconds(1))) {
    return exit_;
  }
  return std::nullopt;
}

void Process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void Process::kill() {
  ::kill(-pid_, SIGKILL);
  if (exit_) return;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reap(status);
}

Exit Process::stop(std::chrono::nanoseconds patience) {
  signal(SIGTERM);
  if (!wait(patience)) kill();
  return *exit_;
}

std::string Process::out() const {
  return read_text(log_.string() + ".out");
}
std::string Process::err() const {
  return read_text(log_.string() + ".err");
}

Finished run_to_end(Command command, std::chrono::nanoseconds timeout) {
  Process process(std::move(command));
  Finished result;
  result.exit = process.wait(timeout);
  process.kill();
  result.out = process.out();
  result.err = process.err();
  return result;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace pierglass::test
