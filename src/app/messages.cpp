// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/messages.hpp"

#include "base/describe.hpp"
#include "shm/kvmfr_linux.hpp"
#include "wl/globals.hpp"

namespace pierglass::app {
namespace {

std::string version_message(const Error& error, const std::string& path) {
  const std::string versions = "the guest in " + path + " speaks layout " +
                               std::to_string(error.got) + ", this client layout " +
                               std::to_string(error.want);
  return versions + (error.got > error.want
                         ? ": update pierglass on this machine"
                         : ": update pierglass-guest.exe in the virtual machine");
}

std::string missing_message(const std::string& path) {
  if (shm::is_kvmfr_path(path)) {
    return "there is no device " + path +
           ": load its module (modprobe kvmfr static_size_mb=64) and start the virtual machine "
           "after that";
  }
  return "there is no shared memory at " + path +
         ": start the virtual machine first, or let --memory-size 64M create it";
}

// The module's devices are root's alone unless a rule says otherwise.
std::string permission_message(const std::string& path) {
  if (shm::is_kvmfr_path(path)) {
    return "this user may not use " + path +
           R"(: write SUBSYSTEM=="kvmfr", GROUP="kvm", MODE="0660" into )"
           "/etc/udev/rules.d/99-kvmfr.rules, run usermod -aG kvm with this user's name, stop the "
           "virtual machine, load the module anew (modprobe -r kvmfr, then modprobe kvmfr "
           "static_size_mb=64) and log in again";
  }
  return "this user may not use " + path + ": join the group that owns it (ls -l " + path +
         ") and give that group read and write";
}

// What instances share: the folder of their sockets.
std::string runtime_folder_message(const Error& error) {
  switch (error.code) {
    case ErrorCode::Unsupported:
      return "XDG_RUNTIME_DIR is not set, so no running pierglass can be reached: start pierglass "
             "in a session that sets it, or type export XDG_RUNTIME_DIR=/run/user/$(id -u)";
    case ErrorCode::PermissionDenied:
      return std::string(error.what) +
             " must be a folder of this user's that nobody else may write to: see ls -ld "
             "\"$XDG_RUNTIME_DIR\" \"$XDG_RUNTIME_DIR/pierglass\"";
    case ErrorCode::NotFound:
      return std::string("there is no folder ") + error.what + ": log in again, or create it";
    default:
      return "the control socket cannot be used: " + describe(error);
  }
}

}  // namespace

std::string memory_message(const Error& error, const std::string& path) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return missing_message(path);
    case ErrorCode::PermissionDenied:
      return permission_message(path);
    case ErrorCode::NotARegularFile:
      return path +
             " is not a regular file, nor a device of the kvmfr module: name what the virtual "
             "machine's ivshmem device is backed by with --memory";
    case ErrorCode::NotADevice:
      return path +
             " is a regular file, made before the kvmfr module was loaded: stop the virtual "
             "machine, remove the file (rm " +
             path +
             "), load the module (modprobe kvmfr static_size_mb=64) and start the virtual machine "
             "again";
    case ErrorCode::Unsupported:
      return path +
             " has 2 GiB or more, which the kvmfr module cannot tell: load the module with less "
             "memory (modprobe -r kvmfr, then modprobe kvmfr static_size_mb=64)";
    case ErrorCode::InvalidArgument:
      return path +
             " holds the pictures of another program than --source says: leave --source out, or "
             "name other memory with --memory";
    case ErrorCode::TooSmall:
      return path + " holds " + std::to_string(error.got) + " bytes where at least " +
             std::to_string(error.want) +
             " are needed: give the virtual machine's ivshmem device 64 MiB or more";
    case ErrorCode::NotARegion:
      return path +
             " holds something else than a guest's pictures: name another file with "
             "--memory, or remove this one while the virtual machine is off";
    case ErrorCode::VersionMismatch:
      return version_message(error, path);
    default:
      return "the shared memory at " + path + " cannot be used: " + describe(error);
  }
}

std::string creation_message(const Error& error, const std::string& path) {
  return "the shared memory " + path + " cannot be created: " + describe(error) +
         "; name a file in a folder that this user may write to, such as /dev/shm, with --memory";
}

std::string no_output_message(const std::string& name, const std::string& outputs) {
  return "there is no output called " + name + "; name one of these with --output: " + outputs;
}

std::string wayland_message(const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return "no Wayland compositor was found: start pierglass in a Wayland session (Sway, GNOME "
             "…), or set WAYLAND_DISPLAY";
    case ErrorCode::PermissionDenied:
      return "this user may not use the Wayland compositor's socket: start pierglass as the user "
             "who is logged in";
    case ErrorCode::NotReady:
      return "the Wayland compositor does not answer: is it stopped or overloaded?";
    case ErrorCode::Unsupported:
      for (const wl::GlobalRow& row : wl::global_table()) {
        if (std::string_view(row.name) == error.what) return row.without;
      }
      return std::string("the Wayland compositor lacks ") + error.what;
    default:
      return "the Wayland connection failed: " + describe(error);
  }
}

std::string instance_message(const Error& error, const std::string& name) {
  if (error.code != ErrorCode::Busy) return runtime_folder_message(error);
  const std::string process =
      error.got != 0 ? " (process " + std::to_string(error.got) + ")" : std::string();
  return "a pierglass called " + name + " runs already" + process +
         ": go there with pierglass toggle, or start another one with --name";
}

std::string request_message(const Error& error, const std::string& name) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return "no pierglass called " + name + " is running; start it with pierglass toggle";
    case ErrorCode::NotReady:
      return "the pierglass called " + name + " does not answer: it is stopped or overloaded";
    case ErrorCode::Lost:
      return "the pierglass called " + name + " ended before it answered";
    case ErrorCode::VersionMismatch:
    case ErrorCode::Corrupt:
      return "the pierglass called " + name +
             " is of another release than this one: end and start it again";
    default:
      return runtime_folder_message(error);
  }
}

std::string presenter_message(const Error& error, const std::string& renderer) {
  if (error.code == ErrorCode::Lost) return wayland_message(error);
  return "the picture cannot be drawn: " + describe(error) +
         (renderer == "shm" ? "" : "; try --renderer shm");
}

}  // namespace pierglass::app
