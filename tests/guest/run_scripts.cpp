// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <cstdio>

#include "base/describe.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/core/frame_publisher.hpp"
#include "guest/report.hpp"
#include "guest/win/waiter_windows.hpp"
#include "shm/file_windows.hpp"
#include "tests/guest/dxgi_runs.hpp"
#include "tests/guest/script_play.hpp"
#include "tests/guest/turn_file.hpp"

namespace pierglass::test {
namespace {

// A guest of one thread: capture, publish, pointer in turn.
class Player {
 public:
  Player(guest::DxgiSource& source, ring::GuestSession& session)
      : source_(source), session_(session), frames_(source, session.frames()) {}

  // Until `play` has ended and all of it is published.
  bool run(const ScriptPlay& play) {
    for (int looks = 0; looks < 1000; ++looks) {
      const bool ended = play.ended();
      const guest::Step step = frames_.step(HostClock::now(), {});
      session_.beat();
      publish_pointer();
      if (step.kind == guest::Step::Kind::Nothing && ended) return true;
      if (step.kind == guest::Step::Kind::MustReinit && !bring_back()) return false;
      if (step.kind == guest::Step::Kind::Lost || step.kind == guest::Step::Kind::TooLarge)
        return false;
    }
    return false;
  }

 private:
  bool bring_back() {
    for (int tries = 0; tries < 10; ++tries) {
      const auto done = source_.reinit();
      if (done) return true;
      if (done.error().code != ErrorCode::Busy) {
        std::fprintf(stderr, "reinit: %s\n", describe(done.error()).c_str());
        return false;
      }
    }
    return false;
  }

  void publish_pointer() {
    const guest::PointerUpdate update = source_.pointer().poll(HostClock::now());
    if (update.reshaped) (void)session_.cursor().set_shape(update.shape, update.image);
    if (update.moved) session_.cursor().move(update.state);
  }

  guest::DxgiSource& source_;
  ring::GuestSession& session_;
  guest::FramePublisher frames_;
};

int complain(const char* what, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", what, describe(error).c_str());
  return 1;
}

}  // namespace

int run_scripts(const std::string& region, const std::string& turn, std::uint32_t seed,
                std::uint32_t count, std::optional<std::uint32_t> wrong) {
  auto memory = shm::open_file(region);
  if (!memory) return complain("region", memory.error());
  auto page = shm::open_file(turn);
  if (!page) return complain("turn", page.error());
  const TurnFile turns(page->bytes());
  auto session = ring::GuestSession::create(memory->bytes(), guest::region_spec("scripts"),
                                            guest::random_session());
  if (!session) return complain("session", session.error());
  ScriptPlay play;
  ScriptedOutputs outputs(play);
  {
    auto source =
        guest::DxgiSource::create(outputs, guest::HdrWish::AsIs, {}, guest::make_windows_waiter);
    if (!source) return complain("source", source.error());
    Player player(**source, *session);
    for (std::uint32_t index = 0; index < count; ++index) {
      std::vector<DesktopStep> steps = random_script(seed, index, play.mode());
      if (index == wrong) steps.push_back(one_pixel());
      play.load(std::move(steps));
      if (!player.run(play)) {
        std::fprintf(stderr, "script %u was not played to its end\n", index);
        return 1;
      }
      turns.played().store(index + 1, std::memory_order_release);
      while (turns.seen().load(std::memory_order_acquire) != index + 1) {
        session->beat();
        SwitchToThread();
      }
    }
    const guest::DxgiCounters counters = (*source)->counters();
    std::printf("%llu pictures, %llu pointer alone, %llu reinits, %llu protected\n",
                static_cast<unsigned long long>(counters.pictures),
                static_cast<unsigned long long>(counters.pointer_only),
                static_cast<unsigned long long>(counters.reinits),
                static_cast<unsigned long long>(counters.protected_content));
  }
  if (broken_rules() == 0) return 0;
  std::fprintf(stderr, "%u rules of duplication were broken\n", broken_rules());
  return 1;
}

}  // namespace pierglass::test
