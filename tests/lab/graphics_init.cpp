// SPDX-License-Identifier: GPL-2.0-or-later
// First process of a Linux in QEMU whose root is a folder of the host: runs one program there and
// says how it ended. graphics.sh boots it, and writes, a line each, /words: the folders of sources
// and of programs, that of more libraries, then the program with its arguments; and /environment.
#include <sys/wait.h>

#include <filesystem>
#include <vector>

#include "tests/lab/first_process.hpp"

namespace pierglass::lab {
namespace {

const std::string kRoot = "/whole";

std::vector<std::string> read_lines(const char* name) {
  std::ifstream file(name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

void mount_new(const char* type, const std::string& at, const char* options = "",
               unsigned long flags = 0, const char* what = nullptr) {
  std::error_code ignored;
  std::filesystem::create_directories(at, ignored);
  if (::mount(what == nullptr ? type : what, at.c_str(), type, flags, options) != 0)
    power_off(at.c_str());
}

void mount_share(const char* tag, const std::string& at, unsigned long flags) {
  mount_new("9p", at, "trans=virtio,version=9p2000.L,cache=loose,msize=262144", flags, tag);
}

void mount_root(const std::string& source, const std::string& build) {
  mount_share("root", "/lower", MS_RDONLY);
  mount_new("tmpfs", "/layer");
  std::filesystem::create_directories("/layer/upper");
  std::filesystem::create_directories("/layer/work");
  mount_new("overlay", kRoot, "lowerdir=/lower,upperdir=/layer/upper,workdir=/layer/work");
  mount_share("source", kRoot + source, MS_RDONLY);
  mount_share("build", kRoot + build, 0);
  mount_new("proc", kRoot + "/proc");
  mount_new("sysfs", kRoot + "/sys");
  mount_new("debugfs", kRoot + "/sys/kernel/debug");
  mount_new("devtmpfs", kRoot + "/dev");
  mount_new("devpts", kRoot + "/dev/pts");
  for (const char* folder : {"/dev/shm", "/tmp", "/run"})
    mount_new("tmpfs", kRoot + folder, "mode=1777");
}

// As the user of a desktop has them.
void open_devices() {
  ::chmod((kRoot + "/dev/udmabuf").c_str(), 0666);
  std::error_code none;
  for (const auto& node : std::filesystem::directory_iterator(kRoot + "/dev/dri", none))
    ::chmod(node.path().c_str(), 0666);
}

// To where those who may not read the shares find them.
void copy_libraries(const std::string& from) {
  std::error_code error;
  std::filesystem::copy(kRoot + from, kRoot + "/usr/lib/x86_64-linux-gnu", error);
  if (error) power_off(from.c_str());
}

[[noreturn]] void become(std::vector<std::string> words) {
  std::vector<std::string> environment = read_lines("/environment");
  if (::chroot(kRoot.c_str()) != 0 || ::chdir("/") != 0) power_off("chroot");
  const std::vector<char*> arguments = pointers(words);
  ::execve(arguments[0], arguments.data(), pointers(environment).data());
  power_off(arguments[0]);
}

[[noreturn]] void run() {
  mount_at("/proc", "proc");
  mount_at("/dev", "devtmpfs");
  load_modules();
  std::vector<std::string> words = read_lines("/words");
  if (words.size() < 4) power_off("/words");
  mount_root(words[0], words[1]);
  copy_libraries(words[2]);
  open_devices();
  const pid_t child = ::fork();
  if (child == 0) become({words.begin() + 3, words.end()});
  int status = 0;
  while (::waitpid(child, &status, 0) != child) {
  }
  std::printf("graphics: ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128);
  std::fflush(stdout);
  ::reboot(RB_POWER_OFF);
  std::abort();
}

}  // namespace
}  // namespace pierglass::lab

int main() {
  pierglass::lab::run();
}
