// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "app/present_news.hpp"
#include "base/result.hpp"
#include "pace/doorbell_trust.hpp"
#include "pace/frame_record.hpp"
#include "pace/present_gate.hpp"
#include "pace/wait_ladder.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// What the present thread hands over when it is asked; counts since its start.
struct PresentSnapshot {
  pace::WaitLadder::Counters ladder;
  pace::DoorbellTrust::Counters doorbell;
  pace::DoorbellTrust::Standing trust{};
  bool rings = false;  // the guest says so, and is listened to
  pace::PresentGate::Counters gate;
  pace::Policy policy{};
  pace::PresentPolicy::Counters presented;  // what the compositor said of commits
  Nanoseconds refresh{};                    // zero: it did not say
  Nanoseconds latch_lead{};
  bool scanned_out = false;    // the newest picture was
  bool tearing = false;        // asked of the compositor
  Nanoseconds frame_period{};  // zero: no cadence
  source::GuestStatus status = source::GuestStatus::Absent;
  PixelPath path = PixelPath::Copy;  // of the newest picture
  std::string path_refusal;          // PresentNews::path_refusal as it is now; empty: no reason
  std::uint64_t torn = 0;  // frames that were overwritten while we read, or never finished
  std::uint64_t busy = 0;  // steps that found no free buffer
};

struct StreamCloser {
  void operator()(std::FILE* stream) const { std::fclose(stream); }
};
using Stream = std::unique_ptr<std::FILE, StreamCloser>;

const char* status_name(source::GuestStatus status);

// Turns records into JSON lines: a summary a second (--stats, stdout) and one per shown frame
// (--frame-log). Main thread.
class Statistics {
 public:
  struct Outputs {
    bool summaries = false;
    std::string frame_log;  // path; empty: none
  };
  Statistics() = default;  // nothing is wanted

  // Errors: what keeps the frame log from being written.
  static Result<Statistics> create(const Outputs& outputs);

  [[nodiscard]] bool wanted() const { return summaries_ || frame_log_ != nullptr; }
  [[nodiscard]] bool summaries() const { return summaries_; }

  void set_presenter(std::string renderer, std::string device);
  // PresentNews::output.
  void set_output(std::string output) { output_ = std::move(output); }

  // What the guest says of itself, and what is wrong with it; empty without a guest.
  void set_guest(source::GuestDescription description, std::string notice);

  // Takes all records that are waiting.
  void drain(pace::FrameLog& log);

  // What was drained since it was printed or cleared last.
  [[nodiscard]] const pace::FrameSummary& summary() const { return *summary_; }
  void clear_summary() { summary_->clear(); }

  // Prints the summary and clears it.
  void print_summary(const PresentSnapshot& snapshot, std::uint64_t dropped_records);

 private:
  void write_frame(const pace::FrameTimes& times);

  bool summaries_ = false;
  Stream frame_log_;
  std::string renderer_;
  std::string device_;
  std::string output_;
  source::GuestDescription guest_;
  std::string notice_;
  std::unique_ptr<pace::FrameSummary> summary_ = std::make_unique<pace::FrameSummary>();
};

}  // namespace pierglass::app
