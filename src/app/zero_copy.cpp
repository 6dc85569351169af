// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/zero_copy.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "shm/dma_buf_linux.hpp"
#include "shm/file_linux.hpp"
#include "shm/open_linux.hpp"

namespace pierglass::app {
namespace {

// Software drivers import a memfd as if it were a dma-buf. They map it, so that nobody may cut it
// off.
shm::DmaBuf give_file(int memory, shm::DmaBufWindow /*window*/) {
  if (!shm::keeps_its_size(memory)) {
    return std::unexpected(shm::DmaBufRefusal{.cause = shm::DmaBufCause::MayShrink});
  }
  Fd file(fcntl(memory, F_DUPFD_CLOEXEC, 0));
  if (!file) return std::unexpected(shm::DmaBufRefusal{.os = errno});
  return file;
}

}  // namespace

std::string zero_copy_line(int memory) {
  const auto possible = shm::probe_dma_buf(memory);
  if (possible) return "dma-bufs can be made of the memory";
  return "no dma-bufs can be made of the memory, which a GPU could read itself: " +
         describe(possible.error());
}

source::LazySlotBuffers::Maker dma_buf_maker() {
  if (std::getenv("PIERGLASS_LAB_FILES_AS_DMA_BUFS") == nullptr) return {};
  return {.create = give_file, .gives_whole_memory = true};
}

std::string zero_copy_line(const std::string& path) {
  const auto memory = shm::open_path(path, 0);
  return memory ? zero_copy_line(memory->get()) : std::string();
}

}  // namespace pierglass::app
