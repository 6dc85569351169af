// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/output_probe.hpp"

#include <poll.h>
#include <wayland-client.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/describe.hpp"
#include "base/handle.hpp"
#include "gfx/swap_buffer.hpp"

namespace pierglass::gfx {
namespace {

constexpr Size kProbe{256, 128};

struct WrapperTraits {
  using Value = void*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value wrapper) noexcept { wl_proxy_wrapper_destroy(wrapper); }
};

using Rgba = std::array<std::uint8_t, 4>;
constexpr Rgba kWhole = {0x33, 0x66, 0xcc, 0xff};
constexpr Rgba kCorner = {0xff, 0x99, 0x00, 0xff};
constexpr GLint kCornerSide = 16;  // at most

void clear(const Rgba& colour) {
  const auto part = [](std::uint8_t value) { return static_cast<GLfloat>(value) / 255; };
  const std::array<GLfloat, 4> light = {part(colour[0]), part(colour[1]), part(colour[2]), 1};
  glClearBufferfv(GL_COLOR, 0, light.data());
}

bool shows(GLint x, GLint y, const Rgba& colour) {
  Rgba read{};
  glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, read.data());
  return read[0] == colour[0] && read[1] == colour[1] && read[2] == colour[2];
}

// What is left until then; for poll().
int milliseconds_until(HostTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - HostClock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

// Waits until there are events for the queue, and handles them. False: none came in time, or none
// will.
bool dispatch_some(wl_display* connection, wl_event_queue* queue, HostTime deadline) {
  if (wl_display_prepare_read_queue(connection, queue) == 0) {
    wl_display_flush(connection);
    pollfd events{.fd = wl_display_get_fd(connection), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&events, 1, milliseconds_until(deadline));
    if (ready <= 0) {
      wl_display_cancel_read(connection);
      return ready < 0 && errno == EINTR;
    }
    if (wl_display_read_events(connection) < 0) return false;
  }
  return wl_display_dispatch_queue_pending(connection, queue) >= 0;
}

}  // namespace

bool draws_right(const OutputBuffer& buffer, Size size) {
  const GLint right = static_cast<GLint>(size.width) - 1;
  const GLint last = static_cast<GLint>(size.height) - 1;
  // In a window one pixel wide or high it is all of that.
  const GLint width = std::clamp(right, 1, kCornerSide);
  const GLint height = std::clamp(last, 1, kCornerSide);
  while (glGetError() != GL_NO_ERROR) {
  }
  glBindFramebuffer(GL_FRAMEBUFFER, buffer.framebuffer());
  clear(kWhole);
  glEnable(GL_SCISSOR_TEST);
  glScissor(0, 0, width, height);
  clear(kCorner);
  glDisable(GL_SCISSOR_TEST);
  const auto right_there = [&](GLint x, GLint y) {
    return shows(x, y, x < width && y < height ? kCorner : kWhole);
  };
  const bool drawn = right_there(0, 0) && right_there(width - 1, height - 1) &&
                     right_there(std::min(width, right), 0) && right_there(right, 0) &&
                     right_there(0, last) && right_there(right, last);
  return glGetError() == GL_NO_ERROR && drawn;
}

std::expected<std::unique_ptr<OutputBuffer>, std::string> OutputProbe::run(
    const BufferWish& wish) const {
  Result<std::unique_ptr<OutputBuffer>> made = memory->allocate(kProbe, wish);
  if (!made) return std::unexpected("output buffers cannot be made: " + describe(made.error()));
  if (!draws_right(**made, kProbe)) {
    return std::unexpected("the driver draws into output buffers what it was not told to");
  }
  // A queue of its own: nobody else's events are to be handled meanwhile.
  Handle<EventQueueTraits> queue(wl_display_create_queue(connection));
  const Handle<WrapperTraits> own(wl_proxy_create_wrapper(desk.factory));
  if (!queue || !own) return std::unexpected("there is no memory for a queue of events");
  wl_proxy_set_queue(static_cast<wl_proxy*>(own.get()), queue.get());
  SwapBuffer asked({static_cast<zwp_linux_dmabuf_v1*>(own.get()), desk.unheard}, kProbe,
                   *std::move(made));
  while (asked.state() == SwapBuffer::State::Asked) {
    if (!dispatch_some(connection, queue.get(), deadline)) {
      desk.unheard->keep(connection, std::move(queue));
      return std::unexpected("the compositor does not say whether it takes output buffers");
    }
  }
  if (asked.state() == SwapBuffer::State::Free) return asked.take_memory();
  return std::unexpected("the compositor does not take output buffers");
}

}  // namespace pierglass::gfx
