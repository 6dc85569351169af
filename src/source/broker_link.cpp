// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/broker_link.hpp"

#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace pierglass::source {
namespace {

// Vector 0 is for news.
constexpr std::uint32_t kNewsVector = 0;

bool will_come_by_itself(ErrorCode code) {
  return code == ErrorCode::NotFound || code == ErrorCode::NotReady || code == ErrorCode::Busy;
}

}  // namespace

BrokerLink::BrokerLink(std::vector<std::string> places, Words in_words, Fd epoll, Fd timer)
    : places_(std::move(places)),
      avoided_(places_.size()),
      words_(in_words),
      epoll_(std::move(epoll)),
      timer_(std::move(timer)) {}

BrokerLink::~BrokerLink() = default;

Result<std::shared_ptr<BrokerLink>> BrokerLink::create(std::vector<std::string> places,
                                                       Words in_words) {
  CHECK(!places.empty());
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_os(OsErrorKind::Errno, errno, "epoll_create1");
  Fd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer) return fail_os(OsErrorKind::Errno, errno, "timerfd_create");
  std::shared_ptr<BrokerLink> made(
      new BrokerLink(std::move(places), in_words, std::move(epoll), std::move(timer)));
  if (!made->watch(made->timer_.get())) return fail_os(OsErrorKind::Errno, errno, "epoll_ctl");
  return made;
}

// A connection leaves the epoll by closing its descriptor, which nobody else has.
bool BrokerLink::watch(int fd) const {
  epoll_event event{};
  event.events = EPOLLIN;
  return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void BrokerLink::set_timer(bool on) {
  if (timer_on_ == on) return;
  timer_on_ = on;
  itimerspec period{};
  if (on) period.it_interval.tv_nsec = period.it_value.tv_nsec = Nanoseconds(kRetry).count();
  timerfd_settime(timer_.get(), 0, &period, nullptr);
}

void BrokerLink::tick(HostTime now) {
  if (ticked_ == now) return;
  ticked_ = now;
  collect();
  news_ = false;
  settle(now);
  if (!connected() && now >= next_try_) look_for_broker(now);
  set_timer(!connected() || next_);
}

void BrokerLink::collect() {
  // One connection, as there is nearly always: that says itself whether it is ready.
  if (current_ && !next_ && !timer_on_) return pump(*current_, current_place_);
  std::array<epoll_event, 4> ready{};
  if (epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0) <= 0) return;
  std::uint64_t expirations = 0;
  if (timer_on_ && read(timer_.get(), &expirations, sizeof expirations) > 0) news_ = true;
  if (current_) pump(*current_, current_place_);
  if (next_) pump(*next_, next_place_);
}

void BrokerLink::pump(Connection& connection, std::size_t place) {
  const bool greeted = connection.memory() >= 0;
  const auto events = connection.on_ready();
  if (!events) {
    trouble_ = events.error();
    avoided_[place] = {.until = ticked_.value_or(HostTime{}) + kLongRetry, .why = trouble_};
    news_ = true;
    return;
  }
  rung_ |= events->rung && &connection == current_.get();
  news_ |= events->introduced || events->peers_changed || events->lost || !greeted;
  if (!events->lost) return;
  trouble_ = Error{.code = greeted ? ErrorCode::NotReady : ErrorCode::Lost, .what = "the broker"};
}

void BrokerLink::settle(HostTime now) {
  if (!next_) return;
  if (next_->state() == Connection::State::Lost) return drop_next();
  if (next_->memory() >= 0) {
    if (living_ == 0 || !current_) adopt();
    return;
  }
  if (now < patience_ends_) return;
  trouble_ = Error{.code = ErrorCode::Busy, .what = "the broker"};
  drop_next();
}

void BrokerLink::drop_next() {
  if (next_->memory() < 0) first_place_ = (next_place_ + 1) % places_.size();
  next_.reset();
}

void BrokerLink::look_for_broker(HostTime now) {
  next_try_ = now + kRetry;
  std::optional<Error> worst;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::size_t place = (first_place_ + i) % places_.size();
    const auto called = call(place, now);
    if (called) return settle(now);
    if (!worst || worst->code == ErrorCode::NotFound) worst = called.error();
  }
  trouble_ = worst;
  nobody_ = true;
}

Result<void> BrokerLink::call(std::size_t place, HostTime now) {
  const Avoided& avoided = avoided_[place];
  if (avoided.why && now < avoided.until) return std::unexpected(*avoided.why);
  next_ = TRY(Connection::connect(places_[place]));
  nobody_ = false;
  next_place_ = place;
  patience_ends_ = now + kPatience;
  if (!watch(next_->poll_fd())) {
    const auto error = fail_os(OsErrorKind::Errno, errno, "epoll_ctl");
    next_.reset();
    return error;
  }
  pump(*next_, place);
  return {};
}

void BrokerLink::adopt() {
  if (!same_memory()) ++generation_;
  current_ = std::move(next_);
  current_place_ = next_place_;
  first_place_ = 0;
  ++connections_;
  trouble_.reset();
  news_ = true;
}

bool BrokerLink::same_memory() const {
  struct stat one = {};
  struct stat two = {};
  return current_ && fstat(current_->memory(), &one) == 0 && fstat(next_->memory(), &two) == 0 &&
         one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

int BrokerLink::next_memory() const {
  return next_ && next_->memory() >= 0 && !same_memory() ? next_->memory() : -1;
}

bool BrokerLink::connected() const {
  const auto alive = [](const std::unique_ptr<Connection>& connection) {
    return connection && connection->state() != Connection::State::Lost;
  };
  return alive(next_) || alive(current_);
}

bool BrokerLink::waiting() const {
  return trouble_ ? will_come_by_itself(trouble_->code) : !current_;
}

bool BrokerLink::take_ring() {
  collect();
  return std::exchange(rung_, false);
}

ring::DoorbellAddress BrokerLink::own() const {
  if (!current_ || current_->own_vectors() <= kNewsVector) return {};
  const std::optional<ivshmem::PeerId> id = current_->id();
  if (!id) return {};
  return {.peer = *id, .vector = kNewsVector};
}

bool BrokerLink::knows(ring::DoorbellAddress peer) const {
  return current_ && current_->has_peer(peer.peer, peer.vector);
}

void BrokerLink::ring(ring::DoorbellAddress peer) const {
  if (current_) (void)current_->ring(peer.peer, peer.vector);
}

void BrokerLink::follow(ring::DoorbellAddress guest) {
  if (!next_ || next_->state() != Connection::State::Introduced || !same_memory()) return;
  if (!knows(guest)) adopt();
}

}  // namespace pierglass::source
