// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/lab.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace pierglass::test {
namespace {

constexpr uid_t kNobody = 65534;

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::filesystem::path program(const char* variable, const char* built) {
  const char* chosen = std::getenv(variable);
  return chosen != nullptr ? chosen : built;
}

}  // namespace

Lab::Lab()
    : user_(geteuid() == 0 ? std::optional<uid_t>(kNobody) : std::nullopt),
      home_(dir_.private_folder("home", user_)),
      runtime_(dir_.private_folder("run", user_)),
      programs_(dir_.path() / "bin") {
  std::filesystem::create_directory(programs_);
}

std::filesystem::path Lab::stage(const std::filesystem::path& built) {
  if (!std::filesystem::is_regular_file(built)) {
    throw std::runtime_error(built.string() + " is missing; build it, or run tests/run.sh");
  }
  const std::filesystem::path copy = programs_ / built.filename();
  if (!std::filesystem::exists(copy)) {
    std::filesystem::copy_file(built, copy);
    std::filesystem::permissions(copy, std::filesystem::perms(0755));
  }
  return copy;
}

Command Lab::command(const std::string& name, std::vector<std::string> words) {
  return {.words = std::move(words),
          .environment = {{"HOME", home_.string()}, {"XDG_RUNTIME_DIR", runtime_.string()}},
          .user = user_,
          .directory = home_,
          .log = dir_.path() / (name + "." + std::to_string(commands_++))};
}

MemoryFile::MemoryFile(const Lab& lab, std::uint64_t bytes) : user_(lab.user()) {
  static std::atomic<unsigned> count = 0;
  path_ = "/dev/shm/" + lab.path().filename().string() + "-" + std::to_string(count++);
  if (bytes != 0) create(bytes);
}

MemoryFile::~MemoryFile() {
  ::unlink(path_.c_str());
}

void MemoryFile::create(std::uint64_t bytes) {
  ::unlink(path_.c_str());
  const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) throw_errno(path_);
  const bool done = ::ftruncate(fd, static_cast<off_t>(bytes)) == 0 &&
                    (!user_ || ::fchown(fd, *user_, static_cast<gid_t>(*user_)) == 0);
  ::close(fd);
  if (!done) throw_errno(path_);
}

void MemoryFile::truncate(std::uint64_t bytes) {
  if (::truncate(path_.c_str(), static_cast<off_t>(bytes)) != 0) throw_errno(path_);
}

void MemoryFile::remove() {
  if (::unlink(path_.c_str()) != 0) throw_errno(path_);
}

std::filesystem::path client_program() {
  return program("PIERGLASS_CLIENT_PROGRAM", PIERGLASS_CLIENT_PROGRAM);
}
std::filesystem::path guest_program() {
  return program("PIERGLASS_GUEST_EXE", PIERGLASS_GUEST_EXE);
}
std::filesystem::path setup_program() {
  return program("PIERGLASS_SETUP_EXE", PIERGLASS_SETUP_EXE);
}
std::filesystem::path standin_program() {
  return guest_program().parent_path() / "dxgi_standin.exe";
}
std::filesystem::path feed_program() {
  return program("PIERGLASS_FEED_PROGRAM", PIERGLASS_FEED_PROGRAM);
}
std::filesystem::path looking_glass_program() {
  return program("PIERGLASS_LOOKING_GLASS_PROGRAM", PIERGLASS_LOOKING_GLASS_PROGRAM);
}
std::filesystem::path sink_program() {
  return program("PIERGLASS_SINK_PROGRAM", PIERGLASS_SINK_PROGRAM);
}

}  // namespace pierglass::test
