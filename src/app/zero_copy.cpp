// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/zero_copy.hpp"

#include "shm/dma_buf_linux.hpp"
#include "shm/open_linux.hpp"

namespace pierglass::app {

std::string zero_copy_line(int memory) {
  const auto possible = shm::probe_dma_buf(memory);
  if (possible) return "dma-bufs can be made of the memory (not used yet)";
  return "no dma-bufs can be made of the memory (not needed yet): " + describe(possible.error());
}

std::string zero_copy_line(const std::string& path) {
  const auto memory = shm::open_path(path, 0);
  return memory ? zero_copy_line(memory->get()) : std::string();
}

}  // namespace pierglass::app
