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

// $1: what Wine made; $2: the prefix to make; $3: "own" or "shared". Wine finds the server by the
// prefix.
constexpr const char* kMakePrefix = R"sh(
set -eu
mkdir "$2" "$2/dosdevices"
cp -p "$1"/*.reg "$1/.update-timestamp" "$2"
if [ "$3" = own ]; then
  mkdir "$2/drive_c"
  cp -a "$1/drive_c/Program Files" "$1/drive_c/ProgramData" "$1/drive_c/users" "$2/drive_c"
  ln -s "$1/drive_c/windows" "$2/drive_c/windows"
else
  ln -s "$1/drive_c" "$2/drive_c"
fi
ln -s ../drive_c "$2/dosdevices/c:"
ln -s / "$2/dosdevices/z:"
)sh";

// $1: the prefix. Debian's server leaves its socket in a folder that the prefix names.
constexpr const char* kEndServer = R"sh(
wineserver -k
[ -e "$1/wineserver" ] || exit 0
folder=$(cat "$1/wineserver")
case $folder in wine-*) rm -r "/tmp/$folder" ;; esac
)sh";

Command wine_command(Lab& lab, const std::filesystem::path& prefix, const std::string& name,
                     std::vector<std::string> words) {
  Command command = lab.command(name, std::move(words));
  command.environment.insert(command.environment.end(), {{"WINEPREFIX", prefix.string()},
                                                         {"WINEDEBUG", "-all"},
                                                         {"WINEDLLOVERRIDES", "mscoree,mshtml="}});
  return command;
}

// A prefix that Wine made, in which nothing runs.
std::filesystem::path original_prefix(Lab& lab) {
  std::filesystem::path prefix = owned_folder(lab.user().value_or(geteuid()));
  const std::filesystem::path lock_path = prefix.string() + ".lock";
  const Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) {
    throw std::system_error(errno, std::generic_category(), lock_path.string());
  }
  const std::filesystem::path ready = prefix / "ready";
  if (std::filesystem::exists(ready)) return prefix;
  const Finished boot = run_to_end(wine_command(lab, prefix, "wineboot", {"wineboot", "-i"}), 180s);
  const Finished settle =
      run_to_end(wine_command(lab, prefix, "wineserver", {"wineserver", "-w"}), 60s);
  if (boot.exit != Exit{.code = 0} || settle.exit != Exit{.code = 0}) {
    throw std::runtime_error("Wine cannot make its prefix: " + boot.err);
  }
  const Fd mark(::open(ready.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!mark) throw std::system_error(errno, std::generic_category(), ready.string());
  return prefix;
}

}  // namespace

Wine::Wine(Lab& lab, Disk disk) : lab_(lab), prefix_(lab.home() / "wine") {
  const std::filesystem::path original = original_prefix(lab);
  const Finished made =
      run_to_end(lab.command("wine-prefix", {"sh", "-c", kMakePrefix, "sh", original, prefix_,
                                             disk == Disk::Own ? "own" : "shared"}),
                 60s);
  if (made.exit != Exit{.code = 0}) {
    throw std::runtime_error("cannot copy Wine's prefix: " + made.err);
  }
}

Wine::~Wine() {
  end();
}

void Wine::end() {
  run_to_end(wine_command(lab_, prefix_, "wineserver", {"sh", "-c", kEndServer, "sh", prefix_}),
             60s);
}

Command Wine::program(const std::string& name, const std::filesystem::path& exe,
                      std::vector<std::string> arguments, const std::string& x_display) {
  arguments.insert(arguments.begin(), {"wine", exe.string()});
  Command windows_program = wine_command(lab_, prefix_, name, std::move(arguments));
  if (!x_display.empty()) windows_program.environment.emplace_back("DISPLAY", x_display);
  return windows_program;
}

Process Wine::start(const std::string& name, const std::filesystem::path& exe,
                    std::vector<std::string> arguments, const std::string& x_display) {
  Process process(program(name, exe, std::move(arguments), x_display));
  std::fprintf(stderr, "started Wine (%s, process %d)\n", exe.filename().c_str(), process.pid());
  return process;
}

Process Wine::start_drawing(const std::string& name, const std::filesystem::path& exe,
                            std::vector<std::string> arguments, const std::string& x_display) {
  Command drawing = program(name, exe, std::move(arguments), x_display);
  drawing.environment.insert(drawing.environment.end(),
                             {{"WINE_D3D_CONFIG", "csmt=0x0"}, {"LP_NUM_THREADS", "0"}});
  Process process(std::move(drawing));
  std::fprintf(stderr, "started Wine (%s, process %d)\n", exe.filename().c_str(), process.pid());
  return process;
}

Finished Wine::run(const std::string& program, std::vector<std::string> arguments,
                   std::chrono::nanoseconds timeout) {
  arguments.insert(arguments.begin(), {"wine", program});
  return run_to_end(
      wine_command(lab_, prefix_, "wine-run-" + std::to_string(++runs_), std::move(arguments)),
      timeout);
}

std::string Wine::registry() const {
  return read_text(prefix_ / "system.reg") + read_text(prefix_ / "user.reg");
}

std::string Wine::windows_path(const std::filesystem::path& path) {
  std::string result = "Z:" + path.string();
  std::ranges::replace(result, '/', '\\');
  return result;
}

}  // namespace pierglass::test
