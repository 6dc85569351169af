// SPDX-License-Identifier: GPL-2.0-or-later
// One peer of an ivshmem server, by hand or for a script: ivshmem_peer SOCKET
// Says what it hears, and obeys lines of standard input; tests/lab/README.md describes both.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <string>

#include "base/describe.hpp"
#include "ivshmem/connection.hpp"
#include "shm/file_linux.hpp"

namespace pierglass::lab {
namespace {

using ivshmem::Connection;

class Peer {
 public:
  explicit Peer(Connection& connection) : connection_(connection) {}

  // Until the input ends or says so; the exit status.
  int run() {
    for (;;) {
      std::array<pollfd, 2> watched{pollfd{.fd = connection_.poll_fd(), .events = POLLIN},
                                    pollfd{.fd = STDIN_FILENO, .events = POLLIN}};
      if (poll(watched.data(), watched.size(), -1) < 0) return 1;
      if (watched[0].revents != 0) take_news();
      if (watched[1].revents != 0 && !take_input()) return 0;
    }
  }

 private:
  void take_news() {
    const auto events = connection_.on_ready();
    if (!events) {
      std::printf("nonsense: %s\n", describe(events.error()).c_str());
      return;
    }
    if (events->introduced) introduce();
    if (events->peers_changed) say_peers();
    if (events->rung) std::printf("rung\n");
    if (events->lost) std::printf("lost\n");
  }

  void introduce() {
    struct stat status = {};
    fstat(connection_.memory(), &status);
    std::printf("introduced as %u, %lld bytes\n", unsigned{*connection_.id()},
                static_cast<long long>(status.st_size));
    auto memory = shm::map_fd(connection_.memory());
    if (memory) memory_ = std::move(*memory);
  }

  void say_peers() {
    std::printf("own vectors %zu, other peers %zu\n", connection_.own_vectors(),
                connection_.peer_count());
  }

  // False: the input is over.
  bool take_input() {
    std::array<char, 256> bytes{};
    const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count <= 0) return false;
    input_.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;) {
      obey(input_.substr(0, end));
      input_.erase(0, end + 1);
    }
    return true;
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    unsigned a = 0;
    unsigned b = 0;
    words >> verb >> a >> b;
    if (verb == "peers") say_peers();
    if (verb == "ring") std::printf(connection_.ring(a, b) ? "sent\n" : "not sent\n");
    if (verb == "has") std::printf(connection_.has_peer(a, b) ? "yes\n" : "no\n");
    if (a >= memory_.bytes().size()) return;
    if (verb == "poke") memory_.bytes()[a] = static_cast<std::byte>(b);
    if (verb == "peek")
      std::printf("byte %u is %u\n", a, std::to_integer<unsigned>(memory_.bytes()[a]));
  }

  Connection& connection_;
  shm::SharedMemory memory_;
  std::string input_;
};

}  // namespace
}  // namespace pierglass::lab

int main(int argc, char** argv) {
  using namespace pierglass;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc != 2) {
    std::fprintf(stderr, "Usage: ivshmem_peer SOCKET\n");
    return 2;
  }
  const auto connection = ivshmem::Connection::connect(argv[1]);
  if (!connection) {
    std::fprintf(stderr, "ivshmem_peer: %s\n", describe(connection.error()).c_str());
    return 1;
  }
  return lab::Peer(**connection).run();
}
