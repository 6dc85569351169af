// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/pbo_ring.hpp"

#include <GLES2/gl2ext.h>

#include <algorithm>

#include "gfx/egl.hpp"
#include "gfx/gl_driver.hpp"

namespace pierglass::gfx {
namespace {

constexpr GLuint64 kFenceTimeoutNs =
    1'000'000'000;  // far above any upload; a hung GPU, not a slow one
constexpr GLbitfield kMapped =
    GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT_EXT | GL_MAP_COHERENT_BIT_EXT;
constexpr std::array kModes = {PboMode::Persistent, PboMode::PersistentClient,
                               PboMode::Unsynchronised};

PFNGLBUFFERSTORAGEEXTPROC buffer_storage() {
  return egl_function<PFNGLBUFFERSTORAGEEXTPROC>("glBufferStorageEXT");
}

bool has_persistent_buffers() {
  return gl_has("GL_EXT_buffer_storage") && buffer_storage() != nullptr;
}

}  // namespace

std::span<const PboMode> pbo_modes() {
  const std::span<const PboMode> all = kModes;
  return has_persistent_buffers() ? all : all.last(1);
}

Result<PboRing> PboRing::create(PboMode mode, std::size_t bytes) {
  if (mode != PboMode::Unsynchronised && !has_persistent_buffers()) {
    return fail(ErrorCode::Unsupported, "GL_EXT_buffer_storage");
  }
  PboRing ring(mode, bytes);
  for (Buffer& buffer : ring.buffers_) {
    const Result<void> allocated = ring.allocate(buffer);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    if (!allocated) return std::unexpected(allocated.error());
  }
  return ring;
}

Result<void> PboRing::allocate(Buffer& buffer) {
  buffer.name = generate_buffer();
  const auto size = static_cast<GLsizeiptr>(bytes_);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffer.name.get());
  if (mode_ == PboMode::Unsynchronised) {
    glBufferData(GL_PIXEL_UNPACK_BUFFER, size, nullptr, GL_STREAM_DRAW);
    if (glGetError() != GL_NO_ERROR) {
      return fail(ErrorCode::OsCall, "allocating GPU memory", bytes_);
    }
    return {};
  }
  const bool client = mode_ == PboMode::PersistentClient;
  buffer_storage()(GL_PIXEL_UNPACK_BUFFER, size, nullptr,
                   kMapped | (client ? GL_CLIENT_STORAGE_BIT_EXT : 0));
  buffer.mapping =
      static_cast<std::byte*>(glMapBufferRange(GL_PIXEL_UNPACK_BUFFER, 0, size, kMapped));
  if (glGetError() != GL_NO_ERROR || buffer.mapping == nullptr) {
    return fail(ErrorCode::OsCall, "allocating GPU memory", bytes_);
  }
  return {};
}

// The next buffer, as soon as the GPU has read it. On failure the current one stays.
Result<void> PboRing::start_turn() {
  const std::size_t next = (current_ + 1) % kBuffers;
  GlFence& last_read = buffers_[next].last_read;
  if (last_read) {
    const GLenum waited =
        glClientWaitSync(last_read.get(), GL_SYNC_FLUSH_COMMANDS_BIT, kFenceTimeoutNs);
    if (waited == GL_TIMEOUT_EXPIRED) return fail(ErrorCode::Busy, "pixel buffer");
    if (waited == GL_WAIT_FAILED) return fail(ErrorCode::OsCall, "glClientWaitSync");
    last_read.reset();
  }
  current_ = next;
  used_first_ = used_end_ = 0;
  return {};
}

Result<std::byte*> PboRing::begin_write(std::size_t first, std::size_t count) {
  CHECK(first <= bytes_ && count <= bytes_ - first);
  const std::size_t end = first + count;
  if (first < used_end_ && used_first_ < end) TRY(start_turn());
  const bool unused = used_first_ == used_end_;
  used_first_ = unused ? first : std::min(first, used_first_);
  used_end_ = unused ? end : std::max(end, used_end_);
  Buffer& buffer = buffers_[current_];
  if (mode_ != PboMode::Unsynchronised) return buffer.mapping + first;
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffer.name.get());
  void* mapping = glMapBufferRange(
      GL_PIXEL_UNPACK_BUFFER, static_cast<GLintptr>(first), static_cast<GLsizeiptr>(count),
      GL_MAP_WRITE_BIT | GL_MAP_UNSYNCHRONIZED_BIT | GL_MAP_INVALIDATE_RANGE_BIT);
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  if (mapping == nullptr) return fail(ErrorCode::OsCall, "glMapBufferRange", glGetError());
  return static_cast<std::byte*>(mapping);
}

Result<void> PboRing::end_write() {
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffers_[current_].name.get());
  if (mode_ == PboMode::Unsynchronised && !glUnmapBuffer(GL_PIXEL_UNPACK_BUFFER)) {
    // The driver lost the contents, as it may over a mode switch; the same upload can be tried
    // again.
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    return fail(ErrorCode::Busy, "glUnmapBuffer");
  }
  return {};
}

void PboRing::end_read() {
  glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  buffers_[current_].last_read = GlFence(glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
}

}  // namespace pierglass::gfx
