// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/watched_memory.hpp"

#include <fcntl.h>

#include <optional>
#include <utility>

#include "base/describe.hpp"
#include "shm/kvmfr_linux.hpp"

namespace pierglass::source {

WatchedMemory::WatchedMemory(std::string path, shm::SharedMemory memory,
                             const shm::FileIdentity& identity)
    : path_(std::move(path)), memory_(std::move(memory)), identity_(identity), seen_(identity) {}

WatchedMemory::WatchedMemory(std::shared_ptr<BrokerLink> broker)
    : view_(std::make_unique<View>(std::move(broker))) {}

WatchedMemory::View::~View() {
  if (guest_lives) link->count_living(-1);
}

Result<WatchedMemory> WatchedMemory::open(std::string path) {
  // Identity first: a file replaced in between then looks changed.
  const shm::FileIdentity identity = TRY(shm::identify(path));
  Fd file = TRY(shm::open_memory_fd(path));
  shm::SharedMemory memory = TRY(shm::map_memory(file.get()));
  WatchedMemory watched(std::move(path), std::move(memory), identity);
  watched.take_file(std::move(file));
  return watched;
}

WatchedMemory WatchedMemory::behind(std::shared_ptr<BrokerLink> broker) {
  return WatchedMemory(std::move(broker));
}

WatchedMemory WatchedMemory::over(shm::SharedMemory memory, Fd file) {
  WatchedMemory watched({}, std::move(memory), {});
  watched.take_file(std::move(file));
  return watched;
}

void WatchedMemory::tick(HostTime now) {
  if (!view_) return;
  BrokerLink& link = *view_->link;
  link.tick(now);
  error_ = view_->trouble;
  if (!error_.empty()) return;
  if (const std::optional<Error>& trouble = link.trouble()) error_ = link.words(*trouble);
}

void WatchedMemory::set_guest_lives(bool lives) {
  if (!view_ || view_->guest_lives == lives) return;
  view_->guest_lives = lives;
  view_->link->count_living(lives ? 1 : -1);
}

bool WatchedMemory::waiting() const {
  return view_ && view_->trouble.empty() && view_->link->waiting();
}

bool WatchedMemory::changed() {
  if (view_) {
    const bool vanished = !memory_.bytes().empty() && !memory_.intact();
    return view_->mapped != view_->link->generation() || vanished;
  }
  if (path_.empty()) return false;
  const auto identity = shm::identify(path_);
  if (!identity) return false;
  seen_ = *identity;
  return seen_ != identity_ || !memory_.intact();
}

void WatchedMemory::reopen() {
  if (view_) return reopen_view();
  if (path_.empty()) return;
  identity_ = seen_;
  map(shm::open_memory_fd(path_));
}

void WatchedMemory::map(Result<Fd> file) {
  auto memory = file ? shm::map_memory(file->get()) : std::unexpected(file.error());
  error_ = memory ? std::string() : describe(memory.error());
  memory_ = memory ? std::move(*memory) : shm::SharedMemory();
  take_file(memory_.bytes().empty() ? Fd() : *std::move(file));
}

void WatchedMemory::take_file(Fd file) {
  const bool regular = shm::is_regular_file(file.get());
  file_ = Fd();
  device_ = Fd();
  (regular ? file_ : device_) = std::move(file);
  may_shrink_ = !file_ || !shm::keeps_its_size(file_.get());
}

void WatchedMemory::reopen_view() {
  const BrokerLink& link = *view_->link;
  view_->mapped = link.generation();
  auto memory = shm::map_fd(link.memory());
  view_->trouble = memory ? std::string() : link.words(memory.error());
  error_ = view_->trouble;
  memory_ = memory ? std::move(*memory) : shm::SharedMemory();
  // One of our own: the link may go over to another broker's before we do.
  take_file(memory_.bytes().empty() ? Fd() : Fd(fcntl(link.memory(), F_DUPFD_CLOEXEC, 0)));
}

}  // namespace pierglass::source
