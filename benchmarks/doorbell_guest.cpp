// SPDX-License-Identifier: GPL-2.0-or-later
#include "benchmarks/doorbell_guest.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <random>
#include <stdexcept>
#include <vector>

#include "ivshmem/connection.hpp"
#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"
#include "wire/build.hpp"

namespace pierglass::benchmarks {
namespace {

constexpr Nanoseconds kBeat = std::chrono::milliseconds(100);
constexpr Size kSize{640, 480};

void sleep_until(HostTime time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  const timespec until = {.tv_sec = seconds.count(), .tv_nsec = (since - seconds).count()};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

std::int64_t now_ns() {
  return HostClock::now().time_since_epoch().count();
}

class Guest {
 public:
  Guest(const std::filesystem::path& socket, const Stream& stream, Published& published)
      : connection_(ivshmem::Connection::connect(socket).value()),
        stream_(stream),
        published_(published) {
    while (connection_->state() != ivshmem::Connection::State::Introduced) {
      pollfd ready{.fd = connection_->poll_fd(), .events = POLLIN, .revents = 0};
      poll(&ready, 1, 1000);
      (void)connection_->on_ready().value();
    }
    memory_ = shm::map_fd(connection_->memory()).value();
    std::random_device random;
    session_ = std::make_unique<ring::GuestSession>(
        ring::GuestSession::create(memory_.bytes(), {}, random() | 1u).value());
    session_->set_doorbell({.peer = connection_->id().value_or(0), .vector = 0});
    session_->set_state(wire::GuestState::Capturing);
    ring(session_->former_readers());
    const wire::ShapeInfo shape{.type = wire::CursorType::Colour, .size = {8, 8}, .pitch = 32};
    const std::vector<std::byte> image(shape.bytes(), std::byte{0xff});
    if (!session_->cursor().set_shape(shape, image)) throw std::runtime_error("shape");
    session_->cursor().move({.position = {1, 5}, .visible = true});
  }

  [[noreturn]] void run() {
    publish_frame();
    const HostTime start = HostClock::now();
    HostTime beat = start;
    HostTime frame = stream_.frames.count() == 0 ? HostTime::max() : start + stream_.frames;
    HostTime shown = frame;
    HostTime move = stream_.moves.count() == 0 ? HostTime::max() : start + stream_.moves;
    for (;;) {
      const HostTime next = std::min({beat, shown, move});
      sleep_until(next);
      if (next == beat) {
        keep_house();
        beat += kBeat;
      } else if (next == shown) {
        publish_frame();
        frame += stream_.frames;
        shown = frame + varied();
      } else {
        ++moves_;
        session_->cursor().move({.position = {moves_ % 600, 5}, .visible = true});
        ring(session_->sleepers());
        move += stream_.moves;
      }
    }
  }

 private:
  Nanoseconds varied() {
    if (stream_.frames_vary.count() == 0) return {};
    return Nanoseconds(static_cast<std::int64_t>(random_()) % stream_.frames_vary.count());
  }

  void publish_frame() {
    wire::FrameInfo info;
    info.size = kSize;
    info.pitch = wire::pitch_for(kSize.width, info.format);
    const Rect corner{0, 0, 8, 8};
    const auto ticket = session_->frames().begin(info, {&corner, 1});
    if (!ticket) return;
    published_.at_ns[ticket->sequence % Published::kFrames] = now_ns();
    session_->frames().commit(*ticket, Nanoseconds(1));
    ring(session_->sleepers());
  }

  void keep_house() {
    session_->beat();
    (void)connection_->on_ready();
    session_->retire_dead_readers(HostClock::now());
    ring(session_->unanswered(HostClock::now()));
  }

  void ring(const ring::DoorbellList& readers) {
    for (const ring::DoorbellAddress& reader : readers) {
      connection_->ring(reader.peer, reader.vector);
    }
  }

  std::unique_ptr<ivshmem::Connection> connection_;
  Stream stream_;
  Published& published_;
  shm::SharedMemory memory_;
  std::unique_ptr<ring::GuestSession> session_;
  std::minstd_rand random_{7};
  std::int32_t moves_ = 0;
};

template <typename Run>
std::unique_ptr<Child> start(Run run) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child > 0) return std::make_unique<Child>(child);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  // What it throws ends the child: the parent's objects are not its to destroy.
  [&]() noexcept { run(); }();
  _exit(1);
}

}  // namespace

Child::~Child() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::shared_ptr<Published> make_published() {
  void* memory =
      mmap(nullptr, sizeof(Published), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("mmap");
  return {new (memory) Published, [](Published* all) { munmap(all, sizeof(Published)); }};
}

std::unique_ptr<Child> start_guest(const std::filesystem::path& socket, const Stream& stream,
                                   Published& published) {
  return start([&] { Guest(socket, stream, published).run(); });
}

std::unique_ptr<Child> start_bell(int event, Published& published) {
  return start([&] {
    for (HostTime next = HostClock::now();; next += std::chrono::milliseconds(10)) {
      sleep_until(next);
      published.told_ns = now_ns();
      eventfd_write(event, 1);
    }
  });
}

}  // namespace pierglass::benchmarks
