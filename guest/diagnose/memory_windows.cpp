// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/memory_windows.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/describe.hpp"
#include "guest/core/other_guest.hpp"
#include "guest/report.hpp"
#include "pixel/copy.hpp"

namespace pierglass::guest {
namespace {

constexpr std::size_t kHeaders = std::size_t{1} << 20;  // more than all of a region's
constexpr std::size_t kMostTested = std::size_t{32} << 20;
constexpr Nanoseconds kTested = std::chrono::milliseconds(200);

// What 1920x1080 and 3840x2160 with 60 pictures a second take, 4 bytes a pixel.
constexpr double kFullHd60 = 0.5;
constexpr double kUltraHd60 = 2.0;

// GB/s of a copy that is repeated.
template <typename Copy>
double speed_of(std::size_t bytes, Copy copy) {
  copy();  // with all pages there
  const HostTime begin = HostClock::now();
  HostTime now = begin;
  std::size_t copied = 0;
  while (now - begin < kTested) {
    copy();
    copied += bytes;
    now = HostClock::now();
  }
  return static_cast<double>(copied) / static_cast<double>((now - begin).count());
}

std::string gigabytes(const char* what, double speed) {
  char text[64];
  std::snprintf(text, sizeof text, "%s %.2f GB/s", what, speed);
  return text;
}

Verdict judge(double speed) {
  if (speed < kFullHd60) return Verdict::Bad;
  return speed < kUltraHd60 ? Verdict::Note : Verdict::Good;
}

void check_bandwidth(Diagnosis& diagnosis, std::span<std::byte> region) {
  const std::size_t bytes = std::min(region.size(), kMostTested);
  std::vector<std::byte> one(bytes, std::byte{0x55}), other(bytes);
  const double written = speed_of(bytes, [&] {
    pixel::stream_copy(region.data(), one.data(), bytes);
    pixel::store_fence();
  });
  const double read = speed_of(bytes, [&] { std::memcpy(other.data(), region.data(), bytes); });
  const double usual = speed_of(bytes, [&] { std::memcpy(other.data(), one.data(), bytes); });
  std::string words = gigabytes("written", written) + ", " + gigabytes("read", read) + ", " +
                      gigabytes("ordinary memory", usual);
  const Verdict verdict = judge(written);
  if (verdict == Verdict::Note) words += ": too slow for 3840x2160 at 60 pictures a second";
  if (verdict == Verdict::Bad) words += ": too slow even for 1920x1080; see --ivshmem-cache";
  diagnosis.add("memory speed", verdict, words);
}

void check_interrupts(Diagnosis& diagnosis, const GuestMemory& memory, bool wanted) {
  if (!memory.port) return;
  const shm::IvshmemInterrupts& interrupts = memory.port->interrupts();
  diagnosis.add("interrupts", interrupts.vectors() != 0 && wanted ? Verdict::Good : Verdict::Note,
                describe_doorbell(wanted, interrupts, nullptr));
}

}  // namespace

TestedMemory check_memory(Diagnosis& diagnosis, const GuestOptions& options) {
  const std::string subject = options.memory.empty() ? "IVSHMEM device" : "memory file";
  auto memory = open_memory(options);
  if (!memory) {
    diagnosis.add(subject, Verdict::Bad, explain_memory(memory.error(), options));
    return {};
  }
  TestedMemory tested;
  const std::span<std::byte> region = memory->bytes();
  tested.bytes = region.size();
  diagnosis.add(subject, Verdict::Good, mebibytes(region.size()));
  check_interrupts(diagnosis, *memory, options.doorbell);
  if (other_guest_lives(region)) {
    diagnosis.add("memory speed", Verdict::NotTested, kOtherGuest);
  } else if (region.size() > 2 * kHeaders) {
    tested.free = region.subspan(kHeaders);
    check_bandwidth(diagnosis, tested.free);
  }
  tested.memory = *std::move(memory);
  return tested;
}

}  // namespace pierglass::guest
