// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/wine.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "base/fd.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

// A folder of `user` that no one else can have put there.
std::filesystem::path owned_folder(uid_t user) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("pierglass-wine-" + std::to_string(user));
  if (::mkdir(folder.c_str(), 0700) == 0) {
    if (::chown(folder.c_str(), user, static_cast<gid_t>(-1)) != 0) {
      throw std::system_error(errno, std::generic_category(), folder.string());
    }
  }
  struct stat status{};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != user ||
      (status.st_mode & 022) != 0) {
    throw std::runtime_error(folder.string() + " is not a folder of ours; remove it");
  }
  return folder;
}

}  // namespace

Wine::Wine(Lab& lab) : lab_(lab), prefix_(owned_folder(lab.user().value_or(geteuid()))) {
  prepare();
}

Command Wine::command(const std::string& name, std::vector<std::string> words) {
  Command command = lab_.command(name, std::move(words));
  command.environment.insert(command.environment.end(), {{"WINEPREFIX", prefix_.string()},
                                                         {"WINEDEBUG", "-all"},
                                                         {"WINEDLLOVERRIDES", "mscoree,mshtml="}});
  return command;
}

void Wine::prepare() {
  const std::filesystem::path lock_path = prefix_.string() + ".lock";
  const Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) {
    throw std::system_error(errno, std::generic_category(), lock_path.string());
  }
  const std::filesystem::path ready = prefix_ / "ready";
  if (std::filesystem::exists(ready)) return;
  const Finished boot = run_to_end(command("wineboot", {"wineboot", "-i"}), 180s);
  const Finished settle = run_to_end(command("wineserver", {"wineserver", "-w"}), 60s);
  if (boot.exit != Exit{.code = 0} || settle.exit != Exit{.code = 0}) {
    throw std::runtime_error("Wine cannot make its prefix: " + boot.err);
  }
  const Fd mark(::open(ready.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!mark) throw std::system_error(errno, std::generic_category(), ready.string());
}

Process Wine::start(const std::string& name, const std::filesystem::path& exe,
                    std::vector<std::string> arguments, const std::string& x_display) {
  arguments.insert(arguments.begin(), {"wine", exe.string()});
  Command windows_program = command(name, std::move(arguments));
  if (!x_display.empty()) windows_program.environment.emplace_back("DISPLAY", x_display);
  Process process(std::move(windows_program));
  std::fprintf(stderr, "started Wine (%s, process %d)\n", exe.filename().c_str(), process.pid());
  return process;
}

std::string Wine::windows_path(const std::filesystem::path& path) {
  std::string result = "Z:" + path.string();
  std::ranges::replace(result, '/', '\\');
  return result;
}

}  // namespace pierglass::test
