// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/dmabuf_buffer.hpp"

#include <fcntl.h>
#include <linux-dmabuf-unstable-v1-client-protocol.h>
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

struct DmabufBuffer final : WlSinkBuffer {
  [[nodiscard]] bool being_read() const override;
  [[nodiscard]] int awaited() const override { return !busy && being_read() ? memory.get() : -1; }

  Handle<BufferParamsTraits> params;  // while asked
  Fd memory;                    // of our own: the guest's may be closed before the last read ends
  mutable bool fenced = false;  // released, and perhaps read by a GPU still
  std::move_only_function<void()> refused;
};

// A release says that the compositor reads no more commands for it; those that it gave its GPU may
// run on. Nobody but the kernel knows, and a guest's writes do not wait for them.
bool DmabufBuffer::being_read() const {
  if (busy || !fenced) return busy;
  pollfd readers{.fd = memory.get(), .events = POLLOUT, .revents = 0};
  fenced = ::poll(&readers, 1, 0) <= 0;
  return fenced;
}

constexpr wl_buffer_listener kBufferListener = {
    .release =
        [](void* data, wl_buffer*) noexcept {
          auto& self = *static_cast<DmabufBuffer*>(data);
          self.busy = false;
          self.fenced = true;
        },
};

void on_created(void* data, zwp_linux_buffer_params_v1*, wl_buffer* buffer) noexcept {
  auto& self = *static_cast<DmabufBuffer*>(data);
  self.params.reset();
  self.buffer.reset(buffer);
  wl_buffer_add_listener(buffer, &kBufferListener, &self);
  self.state = SinkBuffer::State::Ready;
}

void on_failed(void* data, zwp_linux_buffer_params_v1*) noexcept {
  auto& self = *static_cast<DmabufBuffer*>(data);
  self.params.reset();
  self.state = SinkBuffer::State::Refused;
  self.refused();
}

constexpr zwp_linux_buffer_params_v1_listener kParamsListener = {
    .created = on_created,
    .failed = on_failed,
};

}  // namespace

Result<void> check_dmabuf_picture(const DmabufPicture& picture) {
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

Result<std::unique_ptr<SinkBuffer>> ask_for_dmabuf_buffer(zwp_linux_dmabuf_v1* factory,
                                                          const DmabufPicture& picture,
                                                          std::move_only_function<void()> refused) {
  auto buffer = std::make_unique<DmabufBuffer>();
  buffer->state = SinkBuffer::State::Asked;
  buffer->refused = std::move(refused);
  buffer->memory.reset(::fcntl(picture.place.fd, F_DUPFD_CLOEXEC, 0));
  if (!buffer->memory) return fail_os(OsErrorKind::Errno, errno, "fcntl(F_DUPFD_CLOEXEC)");
  buffer->params.reset(zwp_linux_dmabuf_v1_create_params(factory));
  zwp_linux_buffer_params_v1* params = buffer->params.get();
  if (params == nullptr) return fail_os(OsErrorKind::Errno, errno, "zwp_linux_dmabuf_v1");
  zwp_linux_buffer_params_v1_add_listener(params, &kParamsListener, buffer.get());
  add_plane(params, 0,
            {.fd = buffer->memory.get(),
             .offset = static_cast<std::uint32_t>(picture.place.offset),
             .pitch = picture.pitch},
            picture.modifier);
  // Not create_immed: that ends the connection of a client whose buffer cannot be had.
  zwp_linux_buffer_params_v1_create(params, static_cast<std::int32_t>(picture.size.width),
                                    static_cast<std::int32_t>(picture.size.height),
                                    std::to_underlying(wire::PixelFormat::Xrgb8888), 0);
  return buffer;
}

}  // namespace pierglass::gfx
