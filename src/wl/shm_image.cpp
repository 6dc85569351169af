// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/shm_image.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <wayland-client.h>

#include <cerrno>

#include "base/fd.hpp"

namespace pierglass::wl {

struct ShmImageEvents {
  static constexpr wl_buffer_listener kBuffer{.release = on<&ShmImage::on_release>};
};

namespace {

// Far above any pointer, far below what the words of wl_shm hold.
constexpr std::uint32_t kMaxSide = 4096;

// A file that cannot shrink, so that the compositor need not guard its reads.
Result<Fd> create_file(std::size_t bytes) {
  Fd file(::memfd_create("pierglass-pointer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail_os(OsErrorKind::Errno, errno, "memfd_create");
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0)
    return fail_os(OsErrorKind::Errno, errno, "ftruncate");
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return fail_os(OsErrorKind::Errno, errno, "fcntl(F_ADD_SEALS)");
  return file;
}

}  // namespace

void ShmImage::MappingTraits::close(Value mapping) noexcept {
  ::munmap(mapping.address, mapping.bytes);
}

Result<std::unique_ptr<ShmImage>> ShmImage::create(wl_shm* shm, Size size) {
  if (size.area() == 0) return fail(ErrorCode::InvalidArgument, "image size");
  if (size.width > kMaxSide || size.height > kMaxSide)
    return fail(ErrorCode::TooLarge, "image", std::max(size.width, size.height), kMaxSide);
  const std::size_t bytes = size.area() * sizeof(std::uint32_t);
  const Fd file = TRY(create_file(bytes));
  void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) return fail_os(OsErrorKind::Errno, errno, "mmap");

  std::unique_ptr<ShmImage> self(new ShmImage(size));
  self->memory_.reset({address, bytes});
  const auto width = static_cast<std::int32_t>(size.width);
  const Proxy<wl_shm_pool> pool(
      wl_shm_create_pool(shm, file.get(), static_cast<std::int32_t>(bytes)));
  self->buffer_.reset(wl_shm_pool_create_buffer(
      pool.get(), 0, width, static_cast<std::int32_t>(size.height),
      width * std::int32_t{sizeof(std::uint32_t)}, WL_SHM_FORMAT_ARGB8888));
  wl_buffer_add_listener(self->buffer_.get(), &ShmImageEvents::kBuffer, self.get());
  return self;
}

std::span<std::uint32_t> ShmImage::pixels() const {
  return {static_cast<std::uint32_t*>(memory_.get().address), size_.area()};
}

}  // namespace pierglass::wl
