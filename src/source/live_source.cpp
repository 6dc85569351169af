// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/live_source.hpp"

#include <utility>

namespace pierglass::source {
namespace {

int rank(GuestStatus status) {
  switch (status) {
    case GuestStatus::Absent:
      return 0;
    case GuestStatus::Unreadable:
      return 1;
    case GuestStatus::Silent:
      return 2;
    case GuestStatus::Live:
      return 3;
  }
  return 0;
}

}  // namespace

LiveSource::LiveSource(std::vector<std::unique_ptr<FrameSource>> readers) {
  CHECK(!readers.empty());
  for (std::unique_ptr<FrameSource>& reader : readers) {
    readers_.push_back({.source = std::move(reader)});
  }
}

GuestStatus LiveSource::tick(HostTime now) {
  Reader& current = readers_[shown_];
  current.status = current.source->tick(now);
  if (current.status != GuestStatus::Live || now >= next_others_) tick_others(now);
  if (current.status != GuestStatus::Live) show_best();
  return readers_[shown_].status;
}

void LiveSource::tick_others(HostTime now) {
  next_others_ = now + kOthersInterval;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (i != shown_) readers_[i].status = readers_[i].source->tick(now);
  }
}

void LiveSource::show_best() {
  std::size_t best = shown_;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (rank(readers_[i].status) > rank(readers_[best].status)) best = i;
  }
  if (best == shown_) return;
  shown().forget();
  shown_ = best;
  shown().forget();
}

GuestWishes LiveSource::wishes() const {
  GuestWishes wishes = shown().wishes();
  // Grows whoever is shown.
  wishes.attention = 0;
  for (const Reader& reader : readers_) wishes.attention += reader.source->wishes().attention;
  return wishes;
}

Cursor LiveSource::cursor() {
  Cursor cursor = shown().cursor();
  // Two readers' shapes must not pass for the same one.
  cursor.serial = cursor.serial * readers_.size() + shown_;
  return cursor;
}

void LiveSource::set_visible(bool visible) {
  for (const Reader& reader : readers_) reader.source->set_visible(visible);
}

bool LiveSource::give_back(const HeldFrame& /*frame*/, bool /*used*/) {
  CHECK(false);
}

std::uint32_t LiveSource::rows_ready(const HeldFrame& /*frame*/) const {
  CHECK(false);
}

}  // namespace pierglass::source
