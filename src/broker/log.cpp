// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/log.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pierglass::broker {

LogSink standard_log() {
  // Set by systemd when standard error goes to its journal.
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  return [journal](Level level, std::string_view line) {
    std::string text = journal ? "<" + std::to_string(static_cast<int>(level)) + ">"
                               : std::string("pierglass-broker: ");
    text.append(line) += '\n';
    std::fputs(text.c_str(), stderr);
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
