// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/frame_record.hpp"

namespace pierglass::pace {

namespace {

constexpr bool happened(HostTime time) {
  return time != HostTime{};
}

void add_stage(Histogram& histogram, HostTime from, HostTime to) {
  if (happened(from) && happened(to)) histogram.add(to - from);
}

}  // namespace

bool FrameLog::push(const FrameTimes& times) {
  const std::uint64_t head = head_.load(std::memory_order_relaxed);
  if (head - tail_.load(std::memory_order_acquire) == kCapacity) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  records_[head & (kCapacity - 1)] = times;
  head_.store(head + 1, std::memory_order_release);
  return true;
}

bool FrameLog::pop(FrameTimes& times) {
  const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail == head_.load(std::memory_order_acquire)) return false;
  times = records_[tail & (kCapacity - 1)];
  tail_.store(tail + 1, std::memory_order_release);
  return true;
}

void FrameSummary::add(const FrameTimes& times) {
  ++commits;
  skipped += times.skipped;
  total_bytes += times.bytes;
  total_rows += times.rows;
  if (happened(times.seen)) {
    ++frames;
    borrowed += times.borrowed ? 1 : 0;
    bytes.add(times.bytes);
    if (times.capture_ns != 0) capture.add(std::uint64_t{times.capture_ns});
    if (times.copy_ns != 0) copy.add(std::uint64_t{times.copy_ns});
    if (times.publish_before_ns != 0) publish.add(std::uint64_t{times.publish_before_ns});
  }
  add_stage(seen_to_upload, times.seen, times.uploaded);
  add_stage(upload, times.acquired, times.uploaded);
  add_stage(draw, times.draw_began, times.drawn);
  add_stage(commit, times.drawn, times.committed);
  add_stage(seen_to_commit, times.seen, times.committed);
  add_stage(commit_to_callback, times.committed, times.callback);
}

}  // namespace pierglass::pace
