// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "source/slot_buffers.hpp"

namespace pierglass::app {

// Whether dma-bufs could be made of the memory, and if not why: a line for the log. `memory` is
// borrowed; tries a page of it.
std::string zero_copy_line(int memory);

// The same for the memory that `path` names; empty when it cannot be opened.
std::string zero_copy_line(const std::string& path);

// What makes dma-bufs of the memory: the kernel; or, where the environment has
// PIERGLASS_LAB_FILES_AS_DMA_BUFS, nobody: the memory's own file is handed to the driver, for tests
// with software drivers, which take it. Others refuse it, and pictures are copied.
[[nodiscard]] source::LazySlotBuffers::Maker dma_buf_maker();

}  // namespace pierglass::app
