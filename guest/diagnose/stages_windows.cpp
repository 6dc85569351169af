// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/stages_windows.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "guest/capture/create_source.hpp"
#include "pixel/copy.hpp"

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kWatched = std::chrono::seconds(1);

struct Stages {
  std::vector<double> look_ms;
  std::vector<double> copy_ms;
  Size size;
  std::uint64_t picture_bytes = 0;
  CaptureOutcome last = CaptureOutcome::NoChange;
};

double ms(Nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double median(std::vector<double> times) {
  if (times.empty()) return 0;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

void copy_picture(const pixel::ConstImage& picture, std::span<std::byte> to,
                  std::vector<std::byte>& instead) {
  const std::size_t bytes = std::size_t{picture.pitch} * picture.size.height;
  if (to.size() < bytes) {
    instead.resize(bytes);
    to = instead;
  }
  pixel::stream_copy(to.data(), picture.data, bytes);
  pixel::store_fence();
}

Stages watch(CaptureSource& source, std::span<std::byte> to) {
  Stages stages;
  std::vector<std::byte> instead;
  const HostTime end = HostClock::now() + kWatched;
  for (HostTime now = HostClock::now(); now < end; now = HostClock::now()) {
    CapturedFrame frame;
    stages.last = source.acquire(now, std::chrono::milliseconds(100), frame);
    if (stages.last == CaptureOutcome::Lost || stages.last == CaptureOutcome::MustReinit) break;
    const HostTime looked = HostClock::now();
    stages.look_ms.push_back(ms(looked - now));
    if (stages.last != CaptureOutcome::Frame) continue;
    copy_picture(frame.picture, to, instead);
    stages.copy_ms.push_back(ms(HostClock::now() - looked));
    stages.size = frame.picture.size;
    stages.picture_bytes = stages.size.area() * wire::bytes_per_pixel(frame.picture.format);
    source.release();
  }
  return stages;
}

std::string words_of(const Stages& stages, bool shared) {
  char text[192];
  std::snprintf(text, sizeof text,
                "%ux%u: a look %.2f ms, the copy of a picture %.2f ms into %s memory (medians of "
                "%zu looks, %zu pictures)",
                stages.size.width, stages.size.height, median(stages.look_ms),
                median(stages.copy_ms), shared ? "shared" : "ordinary", stages.look_ms.size(),
                stages.copy_ms.size());
  return text;
}

}  // namespace

void check_stages(Diagnosis& diagnosis, const GuestOptions& options, std::span<std::byte> to) {
  GuestOptions own = options;
  own.copy_engine = false;  // the processor's copy is what is timed
  const auto source = create_source(own, {});
  if (!source) return diagnosis.add("capture", Verdict::Bad, source.error());
  const Stages stages = watch(**source, to);
  if (stages.copy_ms.empty())
    return diagnosis.add("capture", Verdict::Bad, "no picture came within a second");
  const bool shared = to.size() >= stages.picture_bytes;
  diagnosis.add("capture", Verdict::Good, words_of(stages, shared));
}

}  // namespace pierglass::guest
