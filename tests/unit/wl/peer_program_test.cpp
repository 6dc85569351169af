// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/peer_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/fd.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::wl {
namespace {

namespace fs = std::filesystem;

sockaddr_un address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path.native(), address.sun_path);
  return address;
}

// A process that listens on a socket and then is another program.
class Listener {
 public:
  Listener(const fs::path& socket, const fs::path& program) {
    const sockaddr_un address = address_of(socket);
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    std::array<int, 2> started{};
    EXPECT_EQ(pipe2(started.data(), O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
      if (bind(fd, to, sizeof address) == 0 && listen(fd, 1) == 0) {
        execl(program.c_str(), program.c_str(), "1000", nullptr);
      }
      _exit(1);
    }
    close(started[1]);
    char nothing = 0;
    EXPECT_EQ(read(started[0], &nothing, 1), 0);  // exec() has closed the other end
    close(started[0]);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

Fd connect_to(const fs::path& path) {
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

class PeerProgram : public testing::Test {
 protected:
  PeerProgram() { fs::copy_file("/bin/sleep", program_); }

  const pierglass::test::TempDir folder_;
  const fs::path socket_ = fs::path(folder_.path()) / "socket";
  const fs::path program_ = fs::path(folder_.path()) / "swayed";
};

TEST_F(PeerProgram, IsThatOfTheProcessThatListens) {
  const Listener listener(socket_, program_);
  const Fd fd = connect_to(socket_);
  EXPECT_EQ(peer_program(fd.get()), "swayed");
}

TEST_F(PeerProgram, IsKnownAfterItsFileWasReplaced) {
  const Listener listener(socket_, program_);
  fs::remove(program_);
  const Fd fd = connect_to(socket_);
  EXPECT_EQ(peer_program(fd.get()), "swayed");
}

TEST_F(PeerProgram, OfSomethingElseThanASocketIsNotKnown) {
  const Fd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(peer_program(file.get()), "");
}

}  // namespace
}  // namespace pierglass::wl
