// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unistd.h>

#include <cstdlib>

namespace pierglass::test {

// A software driver takes the memory itself where the kernel makes no dma-bufs of it. For clients
// that are started later.
inline void allow_files_as_dma_bufs() {
  if (access("/dev/udmabuf", W_OK) != 0) setenv("PIERGLASS_LAB_FILES_AS_DMA_BUFS", "1", 1);
}

}  // namespace pierglass::test
