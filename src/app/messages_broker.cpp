// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/messages.hpp"
#include "base/describe.hpp"
#include "base/vm_name.hpp"
#include "ivshmem/address.hpp"

namespace pierglass::app {
namespace {

// "A, B nor C"
std::string listed(std::span<const std::string> items, const char* between) {
  std::string list;
  for (const std::string& item : items) {
    if (!list.empty()) list += &item == &items.back() ? between : ", ";
    list += item;
  }
  return list;
}

// The machine whose socket `place` is, if it is one of this folder's.
std::optional<std::string> machine_in(const std::optional<std::string>& folder,
                                      const std::string& place) {
  const std::filesystem::path socket(place);
  const std::string name = socket.stem();
  if (!folder || socket.parent_path() != *folder || socket.extension() != ".sock") return {};
  return is_vm_name(name) ? std::optional(name) : std::nullopt;
}

std::optional<std::string> of_the_user(const std::string& place) {
  return machine_in(ivshmem::user_folder(), place);
}

std::optional<std::string> of_the_system(const std::string& place) {
  return machine_in(std::string(ivshmem::kSystemFolder), place);
}

// The machine's name where one of the places is the system broker's.
std::optional<std::string> system_machine(std::span<const std::string> places) {
  for (const std::string& place : places) {
    if (auto name = of_the_system(place)) return name;
  }
  return std::nullopt;
}

// "pierglass-broker a", and how the system's is started where that is looked for too.
std::string broker_to_start(std::span<const std::string> places) {
  const std::string& first = places.front();
  const auto machine = system_machine(places);
  const std::string units =
      machine ? "sudo systemctl enable --now pierglass-broker@" + *machine + ".socket" : "";
  if (of_the_system(first)) return "the system's (" + units + ")";
  const auto own = of_the_user(first);
  const std::string command = own ? "pierglass-broker " + *own
                                  : "pierglass-broker --socket " + first + " " +
                                        std::string(std::filesystem::path(first).stem());
  return command + (machine ? " or the system's (" + units + ")" : "");
}

// The commands that ask systemd's units for `verb`, one for each place that can have one.
std::string unit_commands(std::span<const std::string> places, const std::string& verb,
                          const std::string& as_root) {
  const std::string unit = verb + " pierglass-broker@";
  const std::string own = "systemctl --user " + unit;
  const std::string system = as_root + "systemctl " + unit;
  std::vector<std::string> commands;
  for (const std::string& place : places) {
    if (const auto name = of_the_user(place)) commands.push_back(own + *name);
    if (const auto name = of_the_system(place)) commands.push_back(system + *name);
  }
  return listed(commands, " or ");
}

constexpr const char* kJoin = "join the group kvm (sudo usermod -aG kvm $USER, then log in again)";

std::string silent_message(const std::string& broker, std::span<const std::string> places) {
  const std::string commands = unit_commands(places, "status", "");
  return broker + " does not answer: see whether it is stopped or overloaded, in its log" +
         (commands.empty() ? "" : " or with " + commands);
}

std::string refused_message(const std::string& broker, std::span<const std::string> places) {
  return "this user may not use " + broker + ": " +
         (system_machine(places) ? kJoin : "start it with --allow-user and this user's name");
}

std::string hung_up_message(const std::string& broker, std::span<const std::string> places) {
  std::vector<std::string> files;
  std::vector<std::string> logs;
  for (const std::string& place : places) {
    if (const auto name = of_the_user(place)) {
      files.push_back("~/.config/pierglass/broker-" + *name + ".env");
      logs.push_back("journalctl --user -u pierglass-broker@" + *name);
    }
    if (const auto name = of_the_system(place)) {
      files.push_back("/etc/pierglass/broker-" + *name + ".env");
      logs.push_back("journalctl -u pierglass-broker@" + *name);
    }
  }
  const std::string where = files.empty() ? "" : " (for its unit in " + listed(files, " or ") + ")";
  const std::string log = logs.empty() ? "" : " (" + listed(logs, " or ") + ")";
  return broker +
         " hung up at once: give it a larger --max-peers, or --allow-user with this user's "
         "name" +
         where + "; its log says which" + log;
}

std::string strange_memory_message(const std::string& broker, std::span<const std::string> places) {
  const std::string commands = unit_commands(places, "stop", "sudo ");
  return "the memory of " + broker +
         " holds something else than a guest's pictures: end the virtual machine, then the broker" +
         (commands.empty() ? "" : " (" + commands + "; a restart would keep the memory)") +
         ", and start both again";
}

}  // namespace

std::string no_memory_message(std::span<const std::string> places, const std::string& name) {
  return "there is no shared memory: neither " + listed(places, " nor ") +
         " exists, and there is no broker called " + name +
         "; start the virtual machine first, name its file with --memory, let --memory-size 64M "
         "create " +
         places.front() + ", or start pierglass-broker " + name;
}

std::string broker_message(const Error& error, std::span<const std::string> places) {
  const std::string broker = "the broker at " + listed(places, " or ");
  switch (error.code) {
    case ErrorCode::NotFound:
      return "there is no broker at " + listed(places, " nor ") + ": start " +
             broker_to_start(places) + " before the virtual machine";
    case ErrorCode::NotReady:
      return "nobody serves " + listed(places, " or ") + " any more: start " +
             broker_to_start(places) + ", and then the virtual machine again";
    case ErrorCode::Busy:
      return silent_message(broker, places);
    case ErrorCode::PermissionDenied:
      return refused_message(broker, places);
    case ErrorCode::Lost:
      return hung_up_message(broker, places);
    case ErrorCode::TooLarge:
      return broker + " has more peers than this client takes (" + error.what + ": " +
             std::to_string(error.got) + ", at most " + std::to_string(error.want) +
             "): start it with a smaller --max-peers or smaller --vectors";
    case ErrorCode::VersionMismatch:
    case ErrorCode::Corrupt:
    case ErrorCode::NotARegularFile:
      return "what serves " + listed(places, " or ") + " is no broker of memory (" +
             describe(error) + "): name the socket of a pierglass-broker with --memory";
    case ErrorCode::TooSmall:
      return "the memory of " + broker + " has " + std::to_string(error.got) +
             " bytes where at least " + std::to_string(error.want) +
             " are needed: start it with --for and the size of the guest's screen";
    case ErrorCode::NotARegion:
      return strange_memory_message(broker, places);
    case ErrorCode::InvalidArgument:
      return "a socket's path cannot be as long as " + places.front() +
             ": name a shorter one with --memory";
    default:
      return broker + " cannot be used: " + describe(error);
  }
}

}  // namespace pierglass::app
