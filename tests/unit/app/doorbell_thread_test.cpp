// SPDX-License-Identifier: GPL-2.0-or-later
// The present thread asleep on a doorbell.
#include <gtest/gtest.h>

#include "tests/unit/app/present_bench.hpp"
#include "tests/unit/app/scanout_bench.hpp"

namespace pierglass::app {
namespace {

using std::chrono::milliseconds;
using Standing = pace::DoorbellTrust::Standing;

constexpr std::chrono::seconds kTrustPatience(30);  // for the first distrust of 10 s, too

class DoorbellThread : public PresentThreadTest {
 protected:
  using PresentThreadTest::PresentThreadTest;

  // A live guest that rings, and has earned that it is waited for.
  void start_trusted(std::vector<GuestNews> script) {
    guest.rings = true;
    guest.newest = 1;
    script.front().status = GuestStatus::Live;
    start(std::move(script));
    ASSERT_TRUE(serve_until([&] { return guest.asleep.load(); }));
    earn_trust();
    ASSERT_TRUE(falls_into_deep_sleep());
  }
  // Where this thread is stopped before it looks whether to ring, that counts as a ring lost, and
  // more frames are needed.
  void earn_trust() {
    const HostTime deadline = HostClock::now() + kTrustPatience;
    do {
      ASSERT_LT(HostClock::now(), deadline);
      (void)serve_until([&] { return guest.asleep.load(); });  // in vain while distrusted
      publish();
      draws();
      ASSERT_FALSE(snapshots.empty());
    } while (snapshots.back().trust != Standing::Trusted);
  }
  // A sleep of which no time-out of up to a second ends.
  bool falls_into_deep_sleep() {
    return serve_until([&] {
      const std::uint64_t before = guest.sleeps;
      const HostTime until = HostClock::now() + milliseconds(300);
      while (HostClock::now() < until && loop->step(milliseconds(20))) {
      }
      return guest.sleeps == before && guest.asleep;
    });
  }
};

TEST_F(DoorbellThread, SleepsUntilRungAndShowsTheFrame) {
  start_trusted({GuestNews{}});
  const std::uint64_t before = draws();
  const PresentSnapshot asleep = snapshots.back();
  ASSERT_TRUE(falls_into_deep_sleep());
  publish();
  EXPECT_TRUE(serve_until([&] { return draws() > before; }));
  EXPECT_EQ(snapshots.back().doorbell.misses, asleep.doorbell.misses);
  EXPECT_GT(snapshots.back().doorbell.rings, asleep.doorbell.rings);
  EXPECT_GT(snapshots.back().ladder.sleeps[static_cast<std::size_t>(pace::Rung::Doorbell)], 0u);
}

TEST_F(DoorbellThread, IsWokenByAttentionToSeeThatTheGuestDied) {
  std::vector<GuestNews> script(2);
  script[1].status = GuestStatus::Silent;
  start_trusted(std::move(script));
  guest.chosen = 1;
  ASSERT_TRUE(serve_until([&] {
    thread->on_attention();
    return !heard.empty() && heard.back().status == GuestStatus::Silent;
  }));
}

TEST_F(DoorbellThread, IsNotWokenByAttentionAllTheTime) {
  start_trusted({GuestNews{}});
  constexpr milliseconds kAtMostEvery(250);
  const HostTime began = HostClock::now();
  const std::uint64_t before = guest.sleeps;
  for (int i = 0; i < 10'000; ++i) thread->on_attention();
  draws();
  // and once for the snapshot
  const auto allowed = (HostClock::now() - began) / kAtMostEvery + 2;
  EXPECT_LE(guest.sleeps - before, static_cast<std::uint64_t>(allowed));
}

TEST_F(DoorbellThread, IsWokenByWhatMainAsks) {
  start_trusted({GuestNews{}});
  const std::uint64_t before = draws();
  ASSERT_TRUE(falls_into_deep_sleep());
  thread->set_panel({"a line"});
  EXPECT_TRUE(serve_until([&] { return draws() > before; }));
}

class KeptBuffers : public DoorbellThread {
 protected:
  KeptBuffers() : DoorbellThread({.releases = test::Releases::Withheld}) {}
  std::size_t commits() { return client.compositor.count("wl_surface", "commit"); }
};

// Main, which read the release, sees an empty queue when it looks whether to wake the thread.
TEST_F(KeptBuffers, ThatAreReleasedWhileAStepEndsAreDrawnIntoBeforeItSleeps) {
  on_report = [this](const auto&) { client.compositor.send_releases(); };
  start_trusted({GuestNews{}});
  on_report = [](const auto&) {};
  const auto busy = [&, before = snapshots.back().busy] { return snapshots.back().busy > before; };
  for (int i = 0; !busy(); ++i) {
    ASSERT_LT(i, 20);
    const std::uint64_t before = draws();
    thread->set_panel({std::to_string(i)});
    ASSERT_TRUE(serve_until([&] { return draws() > before || busy(); }));
  }
  ASSERT_TRUE(falls_into_deep_sleep());
  guest.stalled = true;
  guest.bell.notify();
  ASSERT_TRUE(serve_until([&] { return guest.hanging.load(); }));
  const std::size_t before = commits();
  client.display->on_read([]() noexcept {});
  client.compositor.send_releases();
  ASSERT_TRUE(client.display->roundtrip());
  guest.stalled = false;
  guest.stalled.notify_all();
  ASSERT_TRUE(serve_until([&] { return guest.asleep.load(); }));
  ASSERT_TRUE(client.display->roundtrip());
  EXPECT_GT(commits(), before);
}

class LentSlots : public DoorbellThread {
 protected:
  LentSlots() : DoorbellThread({.releases = test::Releases::Withheld}) {
    path = PathChoice::Direct;
    guest.place = slots.place(0);
  }
  ~LentSlots() override { thread.reset(); }

  // Shows one more, when nothing is awaited any more two are lent: that one and the one before.
  bool show_next() {
    const std::size_t before = client.toplevel().commits.size();
    publish();
    return serve_until([&] { return client.toplevel().commits.size() > before; }) &&
           serve_until([&] { return guest.asleep.load(); });
  }
  // Until what waited too long for room at the start is no reason to copy any more.
  bool lends() {
    const HostTime deadline = HostClock::now() + 2 * kPatience;
    do {
      client.compositor.send_releases();
      if (!show_next()) return false;
      draws();
      if (guest.kept == 2 && snapshots.back().path == PixelPath::Direct) return true;
    } while (HostClock::now() < deadline);
    return false;
  }

  FakeSlots slots;
};

// A sleep may end by itself between the looks at how many there were.
TEST_F(LentSlots, GoBackToTheGuestWithoutWakingTheThread) {
  on_report = [this](const auto&) { client.compositor.send_releases(); };
  start_trusted({GuestNews{}});
  on_report = [](const auto&) {};
  ASSERT_TRUE(lends());
  int quiet = 0;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t sleeps = guest.sleeps;
    client.compositor.send_releases();
    ASSERT_TRUE(serve_until([&] { return guest.kept == 1; })) << "what is on the screen";
    quiet += guest.sleeps == sleeps ? 1 : 0;
    ASSERT_TRUE(show_next());
    ASSERT_EQ(guest.kept, 2u);
  }
  EXPECT_GE(quiet, 10);
}

TEST_F(DoorbellThread, EndsAtOnce) {
  start_trusted({GuestNews{}});
  EXPECT_TRUE(thread->stop_within(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace pierglass::app
