// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

// What every first process of a guest in QEMU does.
namespace pierglass::lab {

// Says what failed, with errno, on the console and ends the machine.
[[noreturn]] inline void power_off(const char* what) {
  std::fprintf(stderr, "first process: %s: %s\n", what, strerrordesc_np(errno));
  ::reboot(RB_POWER_OFF);
  std::abort();
}

inline void pause_shortly() {
  ::usleep(5000);
}

inline void mount_at(const char* folder, const char* type) {
  ::mkdir(folder, 0755);
  if (::mount(type, folder, type, 0, nullptr) != 0 && errno != EBUSY) power_off(folder);
}

// Those that make_guest.sh chose, in its order.
inline void load_modules() {
  std::ifstream list("/modules");
  for (std::string line; std::getline(list, line);) {
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string options = line.substr(std::min(space + 1, line.size()));
    const int fd = ::open(line.substr(0, space).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::syscall(SYS_finit_module, fd, options.c_str(), 0) != 0) power_off(line.c_str());
    ::close(fd);
  }
}

// The first virtio port, when it is there.
inline int open_port() {
  int port = -1;
  while ((port = ::open("/dev/vport0p1", O_RDWR | O_CLOEXEC)) < 0) pause_shortly();
  return port;
}

}  // namespace pierglass::lab
