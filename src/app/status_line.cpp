// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/status_line.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace pierglass::app {
namespace {

std::string with_decimals(double value, int decimals) {
  std::array<char, 32> text;
  const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string milliseconds(std::uint64_t nanoseconds) {
  return with_decimals(static_cast<double>(nanoseconds) / 1e6, 2);
}

std::string stage(const char* name, const pace::Histogram& times) {
  return std::string(name) + ' ' + milliseconds(times.quantile(0.5)) + '/' +
         milliseconds(times.quantile(0.99)) + " ms";
}

std::string rates(const PresentSnapshot& snapshot, const pace::FrameSummary& summary,
                  double seconds) {
  std::string line = with_decimals(static_cast<double>(summary.frames) / seconds, 0) + " fps, " +
                     std::to_string(summary.skipped) + " skipped";
  if (snapshot.frame_period.count() > 0) {
    line += ", every " + milliseconds(static_cast<std::uint64_t>(snapshot.frame_period.count())) +
            " ms";
  }
  const double megabytes = static_cast<double>(summary.total_bytes) / 1e6 / seconds;
  return line + ", " + with_decimals(megabytes, megabytes < 10 ? 1 : 0) + " MB/s";
}

std::string doorbell(const PresentSnapshot& snapshot) {
  const pace::DoorbellTrust::Counters& counters = snapshot.doorbell;
  return std::string("doorbell ") + pace::name(snapshot.trust) + ": " +
         std::to_string(counters.rings) + " rings, " + std::to_string(counters.misses) +
         " missed, " + std::to_string(counters.empty) + " empty";
}

}  // namespace

std::vector<std::string> status_lines(const PresentSnapshot& snapshot,
                                      const pace::FrameSummary& summary, Nanoseconds stretch,
                                      const std::string& renderer) {
  if (snapshot.status != source::GuestStatus::Live) {
    return {renderer + ": the guest is " + status_name(snapshot.status)};
  }
  const double seconds = std::chrono::duration<double>(stretch).count();
  std::vector<std::string> lines;
  if (summary.frames == 0 || seconds <= 0) {
    lines = {renderer + ": no new frames"};
  } else {
    const bool borrowed = summary.borrowed * 2 > summary.frames;
    lines = {renderer + (borrowed ? std::string(" ") + name(snapshot.path) : "") +
                 (snapshot.tearing ? " tearing: " : ": ") + rates(snapshot, summary, seconds),
             stage("seen to commit", summary.seen_to_commit) + ", " +
                 stage("upload", summary.upload) + ", " + stage("draw", summary.draw)};
  }
  if (snapshot.rings) lines.push_back(doorbell(snapshot));
  return lines;
}

}  // namespace pierglass::app
