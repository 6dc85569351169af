// SPDX-License-Identifier: GPL-2.0-or-later
// The region's doorbells: sleeping until rung, and ringing the guest.
#include <algorithm>
#include <utility>

#include "source/region_source.hpp"

namespace pierglass::source {

int RegionSource::doorbell() const {
  const BrokerLink* broker = memory_.broker();
  return broker != nullptr ? broker->doorbell() : -1;
}

std::uint64_t RegionSource::doorbell_serial() const {
  const BrokerLink* broker = memory_.broker();
  return broker != nullptr ? broker->connection_serial() + attachments_ : 0;
}

bool RegionSource::guest_rings() const {
  const BrokerLink* broker = memory_.broker();
  if (session_ == nullptr || broker == nullptr || !own_address_.reachable()) return false;
  const ring::DoorbellAddress guest = session_->guest_doorbell();
  return guest.reachable() && broker->knows(guest);
}

bool RegionSource::fall_asleep() {
  if (!guest_rings()) return false;
  // A ring from before must not end the sleep at once; all else there must.
  BrokerLink& broker = *memory_.broker();
  take_late_ring(broker);
  if (broker.needs_tick() || !memory_.intact()) return false;
  const ring::News now = session_->look();
  if (!visible_) return session_->fall_asleep(now);
  const bool dealt_with = now.newest == 0 || now.newest == seen_ || now.newest == rejected_;
  return dealt_with && now.cursor == cursor_serial_ && session_->fall_asleep(now);
}

bool RegionSource::wake_up() {
  BrokerLink* broker = memory_.broker();
  const bool rung = broker != nullptr && broker->take_ring();
  rung_ |= rung;
  // Stale, Busy: tick() deals with it.
  if (session_ != nullptr) (void)session_->wake_up();
  return rung;
}

void RegionSource::take_late_ring(BrokerLink& broker) {
  if (!broker.take_ring()) return;
  rung_ = true;
  rung_awake_ = true;
}

// Takes what the broker said of addresses over into the session.
void RegionSource::follow_broker(HostTime now) {
  BrokerLink* broker = memory_.broker();
  if (broker == nullptr) return;
  take_late_ring(*broker);
  if (status_ == GuestStatus::Live) broker->follow(session_->guest_doorbell());
  if (const ring::DoorbellAddress own = broker->own(); own != own_address_) {
    own_address_ = own;
    session_->set_doorbell(own);
  }
  watch_guest_peer(now);
  watch_successor(now);
}

// A guest that missed some beats while one lives in a new broker's memory is dead: its broker went
// before it could tell.
void RegionSource::watch_successor(HostTime now) {
  if (!successor_.lives(memory_.broker()->next_memory())) return;
  if (session_->guest_heartbeat() == heartbeat_ && now - heartbeat_moved_ >= kGrace) {
    heartbeat_moved_ = now - kGuestTimeout;
  }
}

// A machine that has left its broker is dead as a rule: its silence is not waited out.
void RegionSource::watch_guest_peer(HostTime now) {
  const ring::DoorbellAddress guest = session_->guest_doorbell();
  const bool known = guest.reachable() && memory_.broker()->knows(guest);
  if (std::exchange(peer_seen_, known) && !known && guest.reachable()) {
    heartbeat_moved_ = std::min(heartbeat_moved_, now - kGuestTimeout + kGrace);
  }
}

void RegionSource::ring_guest() {
  const BrokerLink* broker = memory_.broker();
  if (broker != nullptr && session_->guest_asleep()) broker->ring(session_->guest_doorbell());
}

}  // namespace pierglass::source
