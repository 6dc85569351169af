// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/statistics.hpp"

#include <poll.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

namespace pierglass::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNanosecondsPerMillisecond = 1e6;

double milliseconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / kNanosecondsPerMillisecond;
}

Json distribution(const pace::Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50", milliseconds(histogram.quantile(0.5))},
          {"p99", milliseconds(histogram.quantile(0.99))},
          {"max", milliseconds(histogram.max())}};
}

Json rungs(const pace::WaitLadder::Counters& counters) {
  Json sleeps = Json::object();
  for (std::size_t i = 0; i < pace::kRungs; ++i) {
    sleeps[pace::name(static_cast<pace::Rung>(i))] = counters.sleeps[i];
  }
  return sleeps;
}

Json doorbell(const PresentSnapshot& snapshot) {
  const pace::DoorbellTrust::Counters& counters = snapshot.doorbell;
  return {{"trust", snapshot.rings ? pace::name(snapshot.trust) : "none"},
          {"rings", counters.rings},
          {"empty", counters.empty},
          {"late", counters.late},
          {"misses", counters.misses},
          {"skips", counters.skips},
          {"distrusts", counters.distrusts}};
}

Json presentation(const PresentSnapshot& snapshot) {
  const pace::PresentPolicy::Counters& counters = snapshot.presented;
  return {{"policy", pace::name(snapshot.policy)},
          {"refresh_ms", milliseconds(static_cast<std::uint64_t>(snapshot.refresh.count()))},
          {"latch_lead_ms", milliseconds(static_cast<std::uint64_t>(snapshot.latch_lead.count()))},
          {"presented", counters.presented},
          {"late", counters.late},
          {"discarded", counters.discarded},
          {"scanned_out", counters.scanned_out},
          {"torn", counters.torn},
          {"tearing", snapshot.tearing},
          {"scans_out", snapshot.scanned_out}};
}

Json guest_records(const source::GuestDescription& guest, const std::string& notice) {
  return {{"program", guest.program}, {"system", guest.system}, {"machine", guest.machine},
          {"capture", guest.capture}, {"uuid", guest.uuid},     {"notice", notice}};
}

std::int64_t nanoseconds(HostTime time) {
  return time.time_since_epoch().count();
}

void print_line(std::FILE* stream, const Json& json) {
  // A reader that went away must not end us, and no text may: stdout may be a closed pipe, a path
  // in a notice may be in any encoding.
  // Nor may one that does not read hold the main thread up: it has the keyboard.
  pollfd reader{.fd = fileno(stream), .events = POLLOUT, .revents = 0};
  if (poll(&reader, 1, 0) == 0) return;
  std::fputs((json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n").c_str(), stream);
  std::fflush(stream);
}

}  // namespace

const char* status_name(source::GuestStatus status) {
  switch (status) {
    case source::GuestStatus::Absent:
      return "absent";
    case source::GuestStatus::Silent:
      return "silent";
    case source::GuestStatus::Unreadable:
      return "unreadable";
    case source::GuestStatus::Live:
      return "live";
  }
  return "unknown";
}

Result<Statistics> Statistics::create(const Outputs& outputs) {
  Statistics statistics;
  statistics.summaries_ = outputs.summaries;
  if (!outputs.frame_log.empty()) {
    statistics.frame_log_.reset(std::fopen(outputs.frame_log.c_str(), "we"));
    if (statistics.frame_log_ == nullptr) {
      return fail_os(OsErrorKind::Errno, errno, "the frame log");
    }
  }
  return statistics;
}

void Statistics::set_presenter(std::string renderer, std::string device) {
  renderer_ = std::move(renderer);
  device_ = std::move(device);
}

void Statistics::set_guest(source::GuestDescription description, std::string notice) {
  guest_ = std::move(description);
  notice_ = std::move(notice);
}

void Statistics::drain(pace::FrameLog& log) {
  pace::FrameTimes times;
  while (log.pop(times)) {
    summary_->add(times);
    if (frame_log_ != nullptr) write_frame(times);
  }
  if (frame_log_ != nullptr) std::fflush(frame_log_.get());
}

void Statistics::write_frame(const pace::FrameTimes& times) {
  const Json line = {{"sequence", times.sequence},
                     {"skipped", times.skipped},
                     {"capture_ns", times.capture_ns},
                     {"copy_ns", times.copy_ns},
                     {"publish_before_ns", times.publish_before_ns},
                     {"looked_ns", nanoseconds(times.looked)},
                     {"seen_ns", nanoseconds(times.seen)},
                     {"acquired_ns", nanoseconds(times.acquired)},
                     {"uploaded_ns", nanoseconds(times.uploaded)},
                     {"draw_began_ns", nanoseconds(times.draw_began)},
                     {"drawn_ns", nanoseconds(times.drawn)},
                     {"committed_ns", nanoseconds(times.committed)},
                     {"callback_ns", nanoseconds(times.callback)},
                     {"rows", times.rows},
                     {"bytes", times.bytes},
                     {"direct", times.borrowed}};
  std::fputs((line.dump() + "\n").c_str(), frame_log_.get());
}

void Statistics::print_summary(const PresentSnapshot& snapshot, std::uint64_t dropped_records) {
  Json line = {
      {"type", "stats"},
      {"status", status_name(snapshot.status)},
      {"renderer", renderer_},
      {"device", device_},
      {"output", output_},
      {"frames", summary_->frames},
      {"path", name(snapshot.path)},
      {"path_refusal", snapshot.path_refusal},
      {"direct_frames", summary_->borrowed},
      {"commits", summary_->commits},
      {"skipped", summary_->skipped},
      {"torn", snapshot.torn},
      {"no_buffer", snapshot.busy},
      {"uploaded_bytes", summary_->total_bytes},
      {"uploaded_rows", summary_->total_rows},
      {"frame_period_ms", milliseconds(static_cast<std::uint64_t>(snapshot.frame_period.count()))},
      {"ms",
       {{"guest_capture", distribution(summary_->capture)},
        {"guest_copy", distribution(summary_->copy)},
        {"guest_publish", distribution(summary_->publish)},
        {"seen_to_upload", distribution(summary_->seen_to_upload)},
        {"upload", distribution(summary_->upload)},
        {"draw", distribution(summary_->draw)},
        {"commit", distribution(summary_->commit)},
        {"seen_to_commit", distribution(summary_->seen_to_commit)},
        {"commit_to_callback", distribution(summary_->commit_to_callback)}}},
      {"looks", snapshot.ladder.looks},
      {"sleeps", rungs(snapshot.ladder)},
      {"doorbell", doorbell(snapshot)},
      {"presentation", presentation(snapshot)},
      {"draws_held_back", snapshot.gate.held_back},
      {"records_dropped", dropped_records}};
  const bool told = guest_ != source::GuestDescription{} || !notice_.empty();
  if (told) line["guest"] = guest_records(guest_, notice_);
  print_line(stdout, line);
  clear_summary();
}

}  // namespace pierglass::app
