// SPDX-License-Identifier: GPL-2.0-or-later
// First process of a Linux in QEMU that has udmabuf: starts a broker and a guest as its peer, makes
// a dma-buf of each frame slot and compares what it shows with the guest's pattern. udmabuf.sh
// boots it.
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "guest/core/pattern.hpp"
#include "ivshmem/connection.hpp"
#include "ring/reader_session.hpp"
#include "shm/file_linux.hpp"
#include "source/slot_buffers.hpp"
#include "tests/lab/checks.hpp"
#include "tests/lab/first_process.hpp"
#include "tests/lab/udmabuf_refusals.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::lab {
namespace {

constexpr const char* kSocket = "/run/vm.sock";
constexpr Size kPicture{640, 480};
constexpr std::size_t kFrames = 12;
constexpr auto kPatience = std::chrono::seconds(60);

void start(std::vector<const char*> words) {
  const pid_t child = fork();
  if (child != 0) return;
  words.push_back(nullptr);
  execv(words[0], const_cast<char* const*>(words.data()));
  power_off(words[0]);
}

template <typename Condition>
bool wait_until(Condition condition) {
  return test::wait_until(condition, kPatience);
}

std::unique_ptr<ivshmem::Connection> connect() {
  std::unique_ptr<ivshmem::Connection> connection;
  const bool good = wait_until([&] {
    if (connection == nullptr) {
      auto made = ivshmem::Connection::connect(kSocket);
      if (!made) return false;
      connection = std::move(*made);
    }
    (void)connection->on_ready();
    return connection->state() == ivshmem::Connection::State::Introduced;
  });
  return good ? std::move(connection) : nullptr;
}

// A slot's dma-buf as memory.
class Window {
 public:
  Window(int buffer, std::size_t bytes)
      : buffer_(buffer),
        bytes_(bytes),
        address_(mmap(nullptr, bytes, PROT_READ, MAP_SHARED, buffer, 0)) {}
  Window(Window&& other) noexcept
      : buffer_(other.buffer_),
        bytes_(other.bytes_),
        address_(std::exchange(other.address_, MAP_FAILED)) {}
  Window& operator=(Window&&) = delete;
  ~Window() {
    if (address_ != MAP_FAILED) munmap(address_, bytes_);
  }

  [[nodiscard]] bool mapped() const { return address_ != MAP_FAILED; }
  [[nodiscard]] const std::byte* data() const { return static_cast<const std::byte*>(address_); }

  // Around an access by the processor.
  [[nodiscard]] bool begin_read() const { return sync(DMA_BUF_SYNC_START); }
  [[nodiscard]] bool end_read() const { return sync(DMA_BUF_SYNC_END); }

 private:
  [[nodiscard]] bool sync(std::uint64_t edge) const {
    const dma_buf_sync request{.flags = edge | DMA_BUF_SYNC_READ};
    return ioctl(buffer_, DMA_BUF_IOCTL_SYNC, &request) == 0;
  }

  int buffer_;
  std::size_t bytes_;
  void* address_;
};

// Compares what dma-bufs show with what the guest must have drawn.
class PatternCheck {
 public:
  PatternCheck() : expected_(std::size_t{kPicture.width} * kPicture.height * 4) {}

  [[nodiscard]] bool shows_pattern(const std::byte* pixels, std::uint32_t pitch) {
    const pixel::ConstImage seen{.data = pixels, .pitch = pitch, .size = kPicture};
    const auto number = guest::decode_frame_number(seen);
    if (!number) return false;
    const pixel::Image expected{
        .data = expected_.data(), .pitch = kPicture.width * 4, .size = kPicture};
    const Rect all{0, 0, kPicture.width, kPicture.height};
    renderer_.render(expected, {.size = kPicture}, *number, {&all, 1});
    for (std::uint32_t y = 0; y < kPicture.height; ++y) {
      if (!same_row(expected.row(y), seen.row(y))) return false;
    }
    return true;
  }

 private:
  // The fourth byte of a pixel is nobody's.
  static bool same_row(const std::byte* a, const std::byte* b) {
    for (std::uint32_t x = 0; x < kPicture.width; ++x) {
      if (std::memcmp(a + 4 * x, b + 4 * x, 3) != 0) return false;
    }
    return true;
  }

  guest::PatternRenderer renderer_;
  std::vector<std::byte> expected_;
};

// Frames as they come, each looked at through its slot's dma-buf while it is held.
void check_frames(Checks& checks, ring::ReaderSession& session, std::span<std::byte> memory,
                  const std::vector<Window>& windows) {
  PatternCheck pattern;
  std::set<std::uint64_t> slots;
  std::uint64_t seen = 0;
  std::size_t frames = 0;
  std::size_t right = 0;
  std::size_t synced = 0;
  const wire::RegionLayout& layout = session.layout();
  const bool enough = wait_until([&] {
    (void)session.beat();
    const auto lease = session.acquire_newest(seen);
    if (!lease || !*lease) return false;
    const wire::FrameInfo& info = (*lease)->info();
    seen = info.sequence;
    const auto offset = static_cast<std::uint64_t>((*lease)->pixels().data() - memory.data());
    const std::uint64_t slot = (offset - layout.slots_offset) / layout.slot_stride;
    const Window& window = windows[slot];
    const bool begun = window.begin_read();
    const bool good = info.size == kPicture && pattern.shows_pattern(window.data(), info.pitch);
    const bool ended = window.end_read();
    if (!(*lease)->intact()) return false;
    slots.insert(slot);
    right += good ? 1 : 0;
    synced += begun && ended ? 1 : 0;
    return ++frames >= kFrames && slots.size() > 1;
  });
  const std::string count = std::to_string(right) + " of " + std::to_string(frames);
  checks.check(enough, "frames come in more than one slot", std::to_string(frames) + " came");
  checks.check(right == frames && frames != 0, "each dma-buf shows its frame's pixels", count);
  checks.check(synced == frames && frames != 0, "each access can be announced to the driver");
  std::printf("        %s frames right, in %zu slots\n", count.c_str(), slots.size());
}

std::vector<Window> map_all(const source::SlotBuffers& buffers, const wire::RegionLayout& layout) {
  std::vector<Window> windows;
  for (std::uint32_t slot = 0; slot < layout.slot_count; ++slot) {
    windows.emplace_back(buffers.descriptor(slot), layout.slot_bytes);
  }
  return windows;
}

void check_session(Checks& checks, const ivshmem::Connection& connection) {
  const auto probe = shm::probe_dma_buf(connection.memory());
  checks.check(bool(probe), "the broker's memory can become dma-bufs",
               probe ? "" : describe(probe.error()));
  const auto memory = shm::map_fd(connection.memory());
  if (!checks.check(bool(memory), "the broker's memory can be mapped")) return;
  std::unique_ptr<ring::ReaderSession> session;
  const bool attached = wait_until([&] {
    auto made = ring::ReaderSession::attach(memory->bytes(), 1);
    if (made) session = std::move(*made);
    return session != nullptr;
  });
  if (!checks.check(attached, "a guest lays out the memory")) return;
  const auto began = std::chrono::steady_clock::now();
  const auto buffers = source::SlotBuffers::over(connection.memory(), session->layout());
  const auto took = std::chrono::steady_clock::now() - began;
  checks.check(!buffers.refusal(), "each slot becomes a dma-buf",
               buffers.refusal() ? describe(*buffers.refusal()) : "");
  std::printf(
      "        %u slots of %llu KiB in %lld us\n", session->layout().slot_count,
      static_cast<unsigned long long>(session->layout().slot_bytes >> 10),
      static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  const std::vector<Window> windows = map_all(buffers, session->layout());
  if (!checks.check(std::ranges::all_of(windows, &Window::mapped), "each can be mapped")) return;
  check_frames(checks, *session, memory->bytes(), windows);
}

void run() {
  Checks checks;
  check_udmabuf_refusals(checks);
  start({"/pierglass-broker", "vm", "--socket", kSocket, "--size", "16M"});
  start({"/pattern_feed", "--memory", "unix:/run/vm.sock", "--size", "640x480", "--rate", "20"});
  const auto connection = connect();
  if (checks.check(connection != nullptr, "the broker introduces us")) {
    check_session(checks, *connection);
  }
  checks.finish("udmabuf");
}

}  // namespace
}  // namespace pierglass::lab

int main() {
  using namespace pierglass::lab;
  mount_at("/dev", "devtmpfs");
  mount_at("/proc", "proc");
  mount_at("/sys", "sysfs");
  mount_at("/dev/shm", "tmpfs");
  mount_at("/run", "tmpfs");
  run();
  ::reboot(RB_POWER_OFF);
}
