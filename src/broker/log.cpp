// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

namespace pierglass::broker {
namespace {

// So much goes into a pipe at once when poll says that there is room.
constexpr std::size_t kLongestLine = PIPE_BUF;

// False when whoever reads standard error has left no room; true also when nobody reads any more.
bool write_at_once(const std::string& text) {
  pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&standard_error, 1, 0) <= 0) return false;
  (void)!write(STDERR_FILENO, text.data(), text.size());
  return true;
}

class StandardError {
 public:
  void write(Level level, std::string_view line) {
    if (left_out_ != 0) {
      const std::string sentence = std::to_string(left_out_) + " lines were left out: nobody read";
      if (write_at_once(text_of(Level::Info, sentence))) left_out_ = 0;
    }
    if (!write_at_once(text_of(level, line))) ++left_out_;
  }

 private:
  [[nodiscard]] std::string text_of(Level level, std::string_view line) const {
    std::string text = journal_ ? "<" + std::to_string(static_cast<int>(level)) + ">"
                                : std::string("pierglass-broker: ");
    text.append(line.substr(0, kLongestLine - text.size() - 1)) += '\n';
    return text;
  }

  // Set by systemd when standard error goes to its journal.
  bool journal_ = std::getenv("JOURNAL_STREAM") != nullptr;
  std::uint64_t left_out_ = 0;
};

}  // namespace

LogSink standard_log() {
  return [out = std::make_shared<StandardError>()](Level level, std::string_view line) {
    out->write(level, line);
  };
}

bool PeerLog::may_write(HostTime now) {
  if (last_) {
    const double seconds = std::chrono::duration<double>(now - *last_).count();
    allowance_ = std::min(kBurst, allowance_ + seconds * kPerSecond);
  }
  last_ = now;
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

void PeerLog::write(Level level, std::string_view line, HostTime now) {
  if (!may_write(now)) {
    ++left_out_;
    return;
  }
  if (left_out_ != 0) {
    sink_(Level::Info, std::to_string(left_out_) + " lines about peers were left out");
    left_out_ = 0;
  }
  sink_(level, line);
}

}  // namespace pierglass::broker
