// SPDX-License-Identifier: GPL-2.0-or-later
// A SPICE server without a machine: writes down what its keyboard and mouse get, a line an event.
// Usage: spice_sink SOCKET LOG [--password WORD] [--tablet] [--deaf | --deaf-after-link]
//   key SCANCODE | motion DX DY | position X Y BUTTONS | button MASK | wheel N, then
//   CLOCK_MONOTONIC in ns; scan codes are bytes in hexadecimal, the rest decimal
// It says "ready" when it listens. --deaf: connections are taken and nothing is ever read;
// --deaf-after-link: nothing is read once keyboard and mouse are connected. SIGTERM ends it.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/unix_address_linux.hpp"
#include "tests/support/spice_server.hpp"

namespace {

using pierglass::Fd;
using pierglass::test::SpiceEvent;
using pierglass::test::SpiceServer;
using pierglass::test::SpiceServerOptions;

struct Options {
  SpiceServerOptions server;
  std::string log;
  bool deaf = false;
};

bool parse(int argc, char** argv, Options& out) {
  if (argc < 3) return false;
  out.server.unix_path = argv[1];
  out.log = argv[2];
  for (int i = 3; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--password" && i + 1 < argc) {
      out.server.password = argv[++i];
    } else if (word == "--tablet") {
      out.server.tablet = true;
    } else if (word == "--deaf") {
      out.deaf = true;
    } else if (word == "--deaf-after-link") {
      out.server.deaf_after_link = true;
    } else {
      return false;
    }
  }
  return true;
}

void write_line(std::FILE* log, const SpiceEvent& event) {
  const auto at = static_cast<long long>(event.at_ns);
  switch (event.kind) {
    case SpiceEvent::Kind::Key:
      std::fprintf(log, "key %02x %lld\n", static_cast<unsigned>(event.a) & 0xff, at);
      break;
    case SpiceEvent::Kind::Motion:
      std::fprintf(log, "motion %d %d %lld\n", event.a, event.b, at);
      break;
    case SpiceEvent::Kind::Position:
      std::fprintf(log, "position %d %d %u %lld\n", event.a, event.b, event.buttons, at);
      break;
    case SpiceEvent::Kind::Buttons:
      std::fprintf(log, "button %u %lld\n", event.buttons, at);
      break;
    case SpiceEvent::Kind::Wheel:
      std::fprintf(log, "wheel %d %lld\n", event.a, at);
      break;
  }
  std::fflush(log);
}

// A listening socket that nobody serves; the system takes the connections.
Fd listen_only(const std::string& path) {
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = pierglass::unix_address(path).value();
  unlink(path.c_str());
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  if (listen(fd.get(), 64) != 0) return {};
  return fd;
}

int wait_for_end() {
  std::puts("ready");
  std::fflush(stdout);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

int fail(const std::string& words) {
  std::fprintf(stderr, "spice_sink: %s\n", words.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options))
    return fail("usage: SOCKET LOG [--password WORD] [--tablet] [--deaf | --deaf-after-link]");
  // Before the server's thread, which so has them blocked too.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  if (options.deaf) {
    const Fd fd = listen_only(options.server.unix_path);
    return fd ? wait_for_end() : fail("cannot listen at " + options.server.unix_path);
  }
  std::FILE* log = std::fopen(options.log.c_str(), "a");
  if (log == nullptr) return fail("cannot write " + options.log);
  options.server.on_event = [log](const SpiceEvent& event) { write_line(log, event); };
  int status = 0;
  {
    const SpiceServer server(options.server);
    status =
        server.listening() ? wait_for_end() : fail("cannot listen at " + options.server.unix_path);
  }
  std::fclose(log);
  return status;
}
