// SPDX-License-Identifier: GPL-2.0-or-later
// What a source of desktop duplication does while nobody looks or nothing moves, at the COM border:
// that it lets go of the duplication exactly once and comes back whole, tells of protected content,
// and notices another level of SDR white. Prints what is wrong; the exit status is 0 when nothing
// is.
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/describe.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/win/waiter_windows.hpp"
#include "tests/guest/dxgi_runs.hpp"
#include "tests/guest/script_play.hpp"

namespace pierglass::test {
namespace {

using guest::CaptureOutcome;

class WhiteOutputs final : public guest::DxgiOutputs {
 public:
  explicit WhiteOutputs(DesktopPlay& play) : outputs_(play) {}
  Result<guest::DxgiOutput> find() override { return outputs_.find(); }
  std::uint32_t white_millinits() override {
    ++asked;
    return white;
  }

  std::uint32_t white = 80'000;
  int asked = 0;

 private:
  ScriptedOutputs outputs_;
};

class Rest {
 public:
  // False: it cannot be begun.
  bool open() {
    auto made =
        guest::DxgiSource::create(outputs_, guest::HdrWish::AsIs, {}, guest::make_windows_waiter);
    if (!made) {
      std::printf("source: %s\n", describe(made.error()).c_str());
      return false;
    }
    source_ = *std::move(made);
    source_->on_protected([this](bool begins) { ++(begins ? begun_ : ended_); });
    return true;
  }

  void check_rest() {
    check(look() == CaptureOutcome::Frame, "a first picture");
    check(outputs_.asked == 1, "white is asked for once where it does not count");
    check(open_duplications() == 1, "one duplication");
    check(source_->rest(), "it rests, although a frame is held");
    check(open_duplications() == 0, "the duplication is let go of");
    check(source_->rest() && source_->rest(), "it rests on");
    check(source_->counters().rests == 1, "it was let go of once");
    check(look() == CaptureOutcome::MustReinit, "there is nothing to look at");
    play_.load({painted({8, 8, 16, 16})});
    check(source_->reinit().has_value() && open_duplications() == 1, "it comes back");
    check(look() == CaptureOutcome::Frame, "a picture at once");
    check_whole();
    source_->release();
  }

  void check_protected() {
    std::vector<DesktopStep> steps;
    for (int i = 0; i < 6; ++i) {
      steps.push_back(painted({0, 0, 8, 8}));
      steps.back().protected_content = i % 2 == 1;
    }
    play_.load(std::move(steps));
    while (look() == CaptureOutcome::Frame) source_->release();
    check(begun_ == 1 && ended_ == 0, "protected content is told of once");
    check(source_->counters().protected_content == 3, "and counted");
  }

  void check_white() {
    DesktopStep lost;
    lost.result = guest::hresult::kDxgiAccessLost;
    lost.mode = {.format = guest::dxgi::kR16G16B16A16Float, .hdr = true};
    play_.load({lost});
    check(look() == CaptureOutcome::MustReinit, "another mode");
    check(source_->reinit().has_value(), "HDR");
    check(look() == CaptureOutcome::Frame, "a picture in HDR");
    check(frame_.info.sdr_white_millinits == 80'000, "with the old white");
    source_->release();
    const int asked = outputs_.asked;
    source_->between_pictures();
    check(outputs_.asked == asked + 1, "white is asked for between pictures");
    source_->between_pictures();
    check(outputs_.asked == asked + 1, "and seldom");
    outputs_.white = 120'000;
    const HostTime begun = HostClock::now();
    CaptureOutcome outcome = look();
    while (outcome == CaptureOutcome::Timeout && HostClock::now() - begun < std::chrono::seconds(9))
      outcome = look();
    check(outcome == CaptureOutcome::MustReinit, "another white counts as a loss");
    check(source_->reinit().has_value(), "after it");
    check(look() == CaptureOutcome::Frame, "comes a picture");
    check(frame_.info.sdr_white_millinits == 120'000, "with the new white");
    check_whole();
    source_->release();
  }

  bool end() {
    source_.reset();
    check(open_duplications() == 0, "nothing stays open");
    check(broken_rules() == 0, "the rules of duplication");
    return good_;
  }

 private:
  void check(bool good, const char* what) {
    if (!good) std::printf("wrong: %s\n", what);
    good_ = good_ && good;
  }
  CaptureOutcome look() { return source_->acquire(HostClock::now(), {}, frame_); }
  static DesktopStep painted(const Rect& rect) {
    DesktopStep step{.presented = true};
    step.paints.push_back({.rect = rect, .seed = 5});
    step.dirty.push_back({.left = static_cast<std::int32_t>(rect.x),
                          .top = static_cast<std::int32_t>(rect.y),
                          .right = static_cast<std::int32_t>(rect.right()),
                          .bottom = static_cast<std::int32_t>(rect.bottom())});
    return step;
  }
  void check_whole() {
    const pixel::ConstImage truth = play_.picture();
    const bool alike = frame_.picture.size == truth.size && frame_.picture.format == truth.format;
    check(alike, "size and format");
    if (!alike) return;
    check(frame_.damage.size() == 1 && frame_.damage[0] == full_rect(truth.size), "all is new");
    const std::size_t row = truth.size.width * wire::bytes_per_pixel(truth.format);
    bool same = true;
    for (std::uint32_t y = 0; y < truth.size.height; ++y)
      same = same && std::memcmp(frame_.picture.row(y), truth.row(y), row) == 0;
    check(same, "every pixel");
  }

  ScriptPlay play_;
  WhiteOutputs outputs_{play_};
  guest::CapturedFrame frame_;
  int begun_ = 0;
  int ended_ = 0;
  bool good_ = true;
  std::unique_ptr<guest::DxgiSource> source_;
};

}  // namespace

int run_rest() {
  Rest rest;
  if (!rest.open()) return 1;
  rest.check_rest();
  rest.check_protected();
  rest.check_white();
  return rest.end() ? 0 : 1;
}

}  // namespace pierglass::test
