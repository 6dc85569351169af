// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>

// Errors are ignored throughout: without a service manager there is nobody to tell.
namespace pierglass::broker {

std::vector<NamedFd> ServiceManager::take_descriptors() {
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  std::vector<NamedFd> descriptors;
  for (int i = 0; i < count; ++i) {
    descriptors.push_back({.name = names[i], .fd = Fd(SD_LISTEN_FDS_START + i)});
    std::free(names[i]);
  }
  std::free(static_cast<void*>(names));
  return descriptors;
}

bool ServiceManager::prepare_listener(int fd) {
  if (sd_is_socket_unix(fd, SOCK_STREAM, 1, nullptr, 0) <= 0) return false;
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

void ServiceManager::ready(const std::string& status) {
  sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void ServiceManager::stopping() {
  sd_notify(0, "STOPPING=1");
}

void ServiceManager::keep(const std::string& name, int fd) {
  const std::string message = "FDSTORE=1\nFDNAME=" + name;
  sd_pid_notify_with_fds(0, 0, message.c_str(), &fd, 1);
}

void ServiceManager::remove(const std::string& name) {
  sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + name).c_str());
}

}  // namespace pierglass::broker
