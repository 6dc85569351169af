// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/slot_buffer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "base/checked.hpp"
#include "base/fd.hpp"
#include "gfx/wl_buffer.hpp"
#include "wire/format.hpp"
#include "wire/layout.hpp"

namespace pierglass::gfx {
namespace {

class SlotBuffer final : public WlSinkBuffer {
 public:
  SlotBuffer(Fd file, std::move_only_function<void()> refused)
      : memory_(std::move(file)),
        refused_(std::move(refused)),
        question_([this](Handle<WlBufferTraits> answer) { on_answer(std::move(answer)); }) {
    state = State::Asked;
  }
  Result<void> ask(const DmabufDesk& desk, const SlotPicture& picture);
  void on_release() noexcept {
    busy = false;
    fenced_ = true;
  }
  [[nodiscard]] bool being_read() const override;
  [[nodiscard]] int awaited() const override { return !busy && being_read() ? memory_.get() : -1; }

 private:
  void on_answer(Handle<WlBufferTraits> answer);

  Fd memory_;  // of our own: the guest's may be closed before the last read ends
  std::move_only_function<void()> refused_;
  mutable bool fenced_ = false;  // released, and perhaps read by a GPU still
  DmabufQuestion question_;
};

// A release says that the compositor reads no more commands for it; those that it gave its GPU may
// run on. Nobody but the kernel knows, and a guest's writes do not wait for them.
bool SlotBuffer::being_read() const {
  if (busy || !fenced_) return busy;
  pollfd readers{.fd = memory_.get(), .events = POLLOUT, .revents = 0};
  fenced_ = ::poll(&readers, 1, 0) <= 0;
  return fenced_;
}

constexpr wl_buffer_listener kBufferListener = {
    .release = [](void* data,
                  wl_buffer*) noexcept { static_cast<SlotBuffer*>(data)->on_release(); },
};

void SlotBuffer::on_answer(Handle<WlBufferTraits> answer) {
  state = answer ? State::Ready : State::Refused;
  buffer = std::move(answer);
  if (buffer) {
    wl_buffer_add_listener(buffer.get(), &kBufferListener, this);
  } else {
    refused_();
  }
}

Result<void> SlotBuffer::ask(const DmabufDesk& desk, const SlotPicture& picture) {
  const MemoryPlane plane{.fd = memory_.get(),
                          .offset = static_cast<std::uint32_t>(picture.place.offset),
                          .pitch = picture.pitch};
  return question_.ask(desk, {.size = picture.size,
                              .fourcc = std::to_underlying(wire::PixelFormat::Xrgb8888),
                              .modifier = picture.modifier,
                              .planes = {&plane, 1}});
}

}  // namespace

Result<void> check_slot_picture(const SlotPicture& picture) {
  // Some GPUs need this alignment, some no more than it.
  const std::uint64_t pitch =
      align_up(std::uint64_t{picture.size.width} * 4, std::uint64_t{wire::kPitchAlignment});
  if (picture.pitch != pitch || picture.size.area() == 0) {
    return fail(ErrorCode::Unsupported, "the distance of the picture's rows");
  }
  const std::uint64_t bytes = pitch * picture.size.height;
  const off_t end = ::lseek(picture.place.fd, 0, SEEK_END);
  if (end < 0) return fail_os(OsErrorKind::Errno, errno, "lseek on a dma-buf");
  const auto held = static_cast<std::uint64_t>(end);
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t offset = picture.place.offset;
  if (offset > kLargest || offset > held || bytes > held - offset) {
    return fail(ErrorCode::TooLarge, "the picture in its dma-buf", bytes, held);
  }
  return {};
}

Result<std::unique_ptr<SinkBuffer>> ask_for_slot_buffer(const DmabufDesk& desk,
                                                        const SlotPicture& picture,
                                                        std::move_only_function<void()> refused) {
  Fd file(::fcntl(picture.place.fd, F_DUPFD_CLOEXEC, 0));
  if (!file) return fail_os(OsErrorKind::Errno, errno, "fcntl(F_DUPFD_CLOEXEC)");
  auto buffer = std::make_unique<SlotBuffer>(std::move(file), std::move(refused));
  TRY(buffer->ask(desk, picture));
  return buffer;
}

}  // namespace pierglass::gfx
