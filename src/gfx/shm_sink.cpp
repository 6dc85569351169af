// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/shm_sink.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <wayland-client.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/checked.hpp"
#include "base/fd.hpp"
#include "base/handle.hpp"
#include "gfx/wl_buffer.hpp"
#include "wire/layout.hpp"

namespace pierglass::gfx {
namespace {

constexpr std::uint64_t kMaxPoolBytes = std::numeric_limits<std::int32_t>::max();

struct MappingTraits {
  struct Value {
    void* address = nullptr;
    std::size_t bytes = 0;
    friend bool operator==(const Value&, const Value&) = default;
  };
  static constexpr Value invalid() { return {}; }
  static void close(Value mapping) noexcept { ::munmap(mapping.address, mapping.bytes); }
};
using Mapping = Handle<MappingTraits>;

struct WlPoolTraits {
  using Value = wl_shm_pool*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value pool) noexcept { wl_shm_pool_destroy(pool); }
};

struct ShmBuffer final : WlSinkBuffer {
  Mapping memory;
};

constexpr wl_buffer_listener kBufferListener = {
    .release = [](void* data, wl_buffer*) noexcept { static_cast<ShmBuffer*>(data)->busy = false; },
};

// A file that cannot shrink, so that the compositor need not guard its reads.
Result<Fd> create_file(std::size_t bytes) {
  Fd file(::memfd_create("pierglass-window", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail_os(OsErrorKind::Errno, errno, "memfd_create");
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
    return fail_os(OsErrorKind::Errno, errno, "ftruncate");
  }
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail_os(OsErrorKind::Errno, errno, "fcntl(F_ADD_SEALS)");
  }
  return file;
}

// Populated at once: page faults would otherwise fall into the first frames.
Result<Mapping> map_file(int file, std::size_t bytes) {
  void* address =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  if (address == MAP_FAILED) return fail_os(OsErrorKind::Errno, errno, "mmap");
  return Mapping({address, bytes});
}

Result<void> add_wl_buffer(ShmBuffer& buffer, wl_shm_pool* pool, std::int32_t offset,
                           std::uint32_t pitch, Size size) {
  buffer.buffer = Handle<WlBufferTraits>(wl_shm_pool_create_buffer(
      pool, offset, static_cast<std::int32_t>(size.width), static_cast<std::int32_t>(size.height),
      static_cast<std::int32_t>(pitch), WL_SHM_FORMAT_XRGB8888));
  if (!buffer.buffer) return fail_os(OsErrorKind::Errno, errno, "wl_shm_pool_create_buffer");
  wl_buffer_add_listener(buffer.buffer.get(), &kBufferListener, &buffer);
  return {};
}

class ShmPool final : public SinkPool {
 public:
  ShmPool(Handle<WlPoolTraits> pool, std::uint64_t bytes) : pool_(std::move(pool)), bytes_(bytes) {}

  Result<std::unique_ptr<SinkBuffer>> create_buffer(const pixel::SlotMemory& memory,
                                                    std::uint32_t pitch, Size size) override;

 private:
  Handle<WlPoolTraits> pool_;
  std::uint64_t bytes_;
};

// The compositor ends the connection for a buffer that does not lie in its pool.
Result<std::unique_ptr<SinkBuffer>> ShmPool::create_buffer(const pixel::SlotMemory& memory,
                                                           std::uint32_t pitch, Size size) {
  const std::uint64_t offset = memory.offset;
  const std::uint64_t bytes = std::uint64_t{pitch} * size.height;
  if (bytes == 0 || pitch / 4 < size.width) return fail(ErrorCode::InvalidArgument, "picture");
  if (offset > bytes_ || bytes > bytes_ - offset) {
    return fail(ErrorCode::TooLarge, "picture in its pool", offset, bytes_);
  }
  auto buffer = std::make_unique<ShmBuffer>();
  TRY(add_wl_buffer(*buffer, pool_.get(), static_cast<std::int32_t>(offset), pitch, size));
  return buffer;
}

class ShmSink final : public BufferSink {
 public:
  explicit ShmSink(const NativeSurface& native) : native_(native) {}

  Result<std::unique_ptr<SinkBuffer>> create_buffer(Size size) override;
  Result<std::unique_ptr<SinkPool>> create_pool(const pixel::SlotMemory& memory) override;
  Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) override;

 private:
  void send_damage(std::span<const Rect> damage);

  NativeSurface native_;
  BufferTransform transform_;
};

Result<std::unique_ptr<SinkBuffer>> ShmSink::create_buffer(Size size) {
  // As pictures in the shared region have it, so that whole runs of rows copy as one block.
  const std::uint64_t pitch =
      align_up(std::uint64_t{size.width} * 4, std::uint64_t{wire::kPitchAlignment});
  const std::uint64_t bytes = pitch * size.height;
  if (bytes == 0) return fail(ErrorCode::InvalidArgument, "window size");
  if (bytes > kMaxPoolBytes) return fail(ErrorCode::TooLarge, "window", bytes, kMaxPoolBytes);

  const Fd file = TRY(create_file(bytes));
  auto buffer = std::make_unique<ShmBuffer>();
  buffer->memory = TRY(map_file(file.get(), bytes));
  buffer->image = {static_cast<std::byte*>(buffer->memory.get().address),
                   static_cast<std::uint32_t>(pitch), size, wire::PixelFormat::Xrgb8888};

  const Handle<WlPoolTraits> pool(
      wl_shm_create_pool(native_.shm, file.get(), static_cast<std::int32_t>(bytes)));
  if (!pool) return fail_os(OsErrorKind::Errno, errno, "wl_shm_create_pool");
  TRY(add_wl_buffer(*buffer, pool.get(), 0, static_cast<std::uint32_t>(pitch), size));
  return buffer;
}

// What lies beyond a pool's largest size is left out.
Result<std::unique_ptr<SinkPool>> ShmSink::create_pool(const pixel::SlotMemory& memory) {
  if (memory.fd < 0) return fail(ErrorCode::Unsupported, "a pool over a device");
  const std::uint64_t bytes = std::min(memory.bytes, kMaxPoolBytes);
  Handle<WlPoolTraits> pool(
      wl_shm_create_pool(native_.shm, memory.fd, static_cast<std::int32_t>(bytes)));
  if (!pool) return fail_os(OsErrorKind::Errno, errno, "wl_shm_create_pool");
  return std::make_unique<ShmPool>(std::move(pool), bytes);
}

void ShmSink::send_damage(std::span<const Rect> damage) {
  if (wl_surface_get_version(native_.surface) < WL_SURFACE_DAMAGE_BUFFER_SINCE_VERSION) {
    constexpr std::int32_t kAll = std::numeric_limits<std::int32_t>::max();
    wl_surface_damage(native_.surface, 0, 0, kAll, kAll);
    return;
  }
  for (const Rect& rect : damage) {
    wl_surface_damage_buffer(
        native_.surface, static_cast<std::int32_t>(rect.x), static_cast<std::int32_t>(rect.y),
        static_cast<std::int32_t>(rect.width), static_cast<std::int32_t>(rect.height));
  }
}

Result<void> ShmSink::commit(SinkBuffer& buffer, std::span<const Rect> damage) {
  buffer.busy = true;
  wl_surface_attach(native_.surface, static_cast<WlSinkBuffer&>(buffer).buffer.get(), 0, 0);
  send_damage(damage);
  transform_.tell(native_.surface, buffer.transform);
  wl_surface_commit(native_.surface);
  // On a full socket the rest goes out with the next flush.
  if (wl_display_flush(native_.display) < 0 && errno != EAGAIN) {
    return fail_os(OsErrorKind::Errno, errno, "wl_display_flush", ErrorCode::Lost);
  }
  return {};
}

}  // namespace

std::unique_ptr<BufferSink> make_shm_sink(const NativeSurface& native) {
  return std::make_unique<ShmSink>(native);
}

}  // namespace pierglass::gfx
