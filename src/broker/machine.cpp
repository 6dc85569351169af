// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/machine.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <bit>
#include <utility>

#include "base/describe.hpp"

namespace pierglass::broker {
namespace {

std::string explain_exposed(const Error& error, const std::string& path) {
  switch (error.code) {
    case ErrorCode::PermissionDenied:
    case ErrorCode::NotARegularFile:
      return path + " is not this user's file: remove it, or give --expose another name";
    case ErrorCode::Corrupt:
      return path + " has " + std::to_string(error.got) + " bytes where " +
             std::to_string(error.want) +
             " are asked for: remove it while the virtual machine is off" +
             (std::has_single_bit(error.got) ? ", or ask for its size with --size" : "");
    default:
      return path + " cannot be made: " + describe(error);
  }
}

std::string explain_endpoint(const Error& error, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  switch (error.code) {
    case ErrorCode::Busy:
      if (error.got != 0) {
        return "a broker with process id " + std::to_string(error.got) + " serves " + path +
               " already: end it first, or choose another name";
      }
      return path + " is in use: end the other broker, or remove it if it is no socket";
    case ErrorCode::NotFound:
      return "there is no folder for " + folder + ": make it, or name another with --folder";
    case ErrorCode::PermissionDenied:
      return folder +
             " is another user's, or others may write to it: name another folder with --folder";
    case ErrorCode::InvalidArgument:
      return path + " cannot be a socket's path: name another";
    default:
      return path + " cannot be made: " + describe(error);
  }
}

Folder kind_of_folder(const Settings& settings) {
  return settings.socket.empty() ? Folder::Ours : Folder::Given;
}

std::string socket_path(const std::string& name, const Settings& settings) {
  return settings.socket.empty() ? settings.folder + "/" + name + ".sock" : settings.socket;
}

// As whoever made the socket called it.
std::string path_of(int listener) {
  sockaddr_un address{};
  // One byte stays zero: the kernel need not end the path with one.
  socklen_t size = sizeof address - 1;
  (void)getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return address.sun_path;
}

}  // namespace

std::expected<std::unique_ptr<Machine>, std::string> Machine::start(const std::string& name,
                                                                    const Settings& settings,
                                                                    Handed handed,
                                                                    const Surroundings& around) {
  std::unique_ptr<Machine> machine(new Machine(name, around));
  // The socket first: its lock says that no other broker has this machine.
  const auto listener = machine->open_endpoint(settings, std::move(handed.listener));
  if (!listener) return std::unexpected(listener.error());
  if (auto done = machine->take_memory(settings, handed); !done)
    return std::unexpected(done.error());
  const IdState ids = machine->take_ids(handed);
  auto server = Server::create(around.loop,
                               {.name = name,
                                .memory = machine->memory_.descriptor.get(),
                                .listener = *listener,
                                .limits = settings.limits,
                                .access = settings.access,
                                .store = &machine->kept_,
                                .ids = ids,
                                .log = around.log},
                               std::move(handed.peers));
  if (!server) {
    return std::unexpected(name + " cannot be served (" + describe(server.error()) +
                           "): raise the limit of open files (ulimit -Hn, LimitNOFILE= in "
                           "systemd's unit; sysctl fs.file-max for all programs together)");
  }
  machine->server_ = std::move(*server);
  return machine;
}

std::expected<int, std::string> Machine::open_endpoint(const Settings& settings, Fd listener) {
  if (listener) {
    if (!ServiceManager::prepare_listener(listener.get())) {
      return std::unexpected("what systemd handed over as " + name_ +
                             " is no listening stream socket: use ListenStream= in its unit");
    }
    place_ = path_of(listener.get());
    return endpoint_.emplace(Endpoint::adopt(std::move(listener))).listener();
  }
  if (settings.socket.empty() && settings.folder.empty()) {
    return std::unexpected(
        "XDG_RUNTIME_DIR is not set: name the folder for the socket with --folder");
  }
  const std::string path = socket_path(name_, settings);
  auto endpoint = Endpoint::create(path, kind_of_folder(settings), modes_for(settings.access));
  if (!endpoint) return std::unexpected(explain_endpoint(endpoint.error(), path));
  place_ = path;
  return endpoint_.emplace(std::move(*endpoint)).listener();
}

// Memory that is in use stays, whatever the settings say now.
bool Machine::keeps(const Memory& memory, const Settings& settings, const Handed& handed) {
  if (!settings.expose.empty()) return false;
  if (memory.bytes == settings.memory_bytes) return true;
  if (handed.peers.empty()) return false;
  log_(Level::Warning, name_ + ": its memory stays at " + mebibytes(memory.bytes) + ", not " +
                           mebibytes(settings.memory_bytes) +
                           ", while peers use it: stop and start the broker while the virtual "
                           "machine is off");
  return true;
}

std::expected<void, std::string> Machine::take_memory(const Settings& settings, Handed& handed) {
  if (handed.memory) {
    auto kept = adopt_memory(std::move(handed.memory));
    if (kept && keeps(*kept, settings, handed)) {
      memory_ = std::move(*kept);
      return {};
    }
    kept_.forget_memory();
    dismiss(handed.peers);
  }
  auto memory = new_memory(settings);
  if (!memory) return std::unexpected(memory.error());
  memory_ = std::move(*memory);
  if (memory_.fresh) dismiss(handed.peers);
  if (settings.expose.empty()) kept_.keep_memory(memory_.descriptor.get());
  return {};
}

std::expected<Memory, std::string> Machine::new_memory(const Settings& settings) {
  const std::uint64_t bytes = settings.memory_bytes;
  if (!settings.expose.empty()) {
    const FileModes modes = modes_for(settings.access);
    auto memory =
        expose_memory(settings.expose, bytes, modes.socket == 0600 ? 0600 : 0660, modes.group);
    const std::string path = "/dev/shm/" + settings.expose;
    if (!memory) return std::unexpected(explain_exposed(memory.error(), path));
    log_(Level::Warning, name_ + ": its memory is the file " + path +
                             ", which cannot be sealed or become a dma-buf");
    return std::move(*memory);
  }
  auto memory = create_memory(name_, bytes, settings.pages);
  if (!memory && memory.error().code == ErrorCode::Busy) {
    log_(Level::Warning, name_ + ": " + std::to_string(memory.error().got) +
                             " huge pages are free where " + std::to_string(memory.error().want) +
                             " are needed; going on with ordinary ones; as root, " +
                             huge_page_command(bytes) + " makes room for the next start");
    memory = create_memory(name_, bytes, Pages::Ordinary);
  }
  if (!memory) {
    return std::unexpected("there are no " + mebibytes(bytes) + " of memory for " + name_ + " (" +
                           describe(memory.error()) +
                           "): ask for less with --for or --size, or lift this process' limits "
                           "(ulimit -a; systemd-cgtop shows those of its unit)");
  }
  return std::move(*memory);
}

// Counted from 0 again, ids would come twice to those who stay.
IdState Machine::take_ids(Handed& handed) {
  const auto ids = kept_.open_ids(std::move(handed.ids), handed.peers);
  if (ids) return *ids;
  if (!handed.peers.empty()) {
    log_(Level::Warning, name_ + ": its peers must leave, since nobody kept which ids they know: " +
                             "start the virtual machine again");
    dismiss(handed.peers);
  }
  return {};
}

// Peers of memory that is not ours any more, or of unknown ids.
void Machine::dismiss(std::vector<KeptPeer>& peers) {
  for (const KeptPeer& peer : std::exchange(peers, {})) {
    if (peer.connection) shutdown(peer.connection.get(), SHUT_RDWR);
    kept_.forget(peer.id, peer.vectors.size());
  }
}

}  // namespace pierglass::broker
