// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "shm/dma_buf_linux.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

// True for a path whose file name is one of the kvmfr kernel module's, "kvmfr" and a number: only a
// device is good there.
bool is_kvmfr_path(std::string_view path);

// Maps all of what `path` names: a regular file as open_file() does, a character device as a kvmfr
// device. Errors: as open_file(); NotADevice for a regular file where is_kvmfr_path(), which
// something made before the module was loaded; NotARegularFile also for a device that is not
// kvmfr's; Unsupported for one that does not tell a size below 2 GiB.
Result<SharedMemory> open_memory(const std::string& path);

// The same in two steps, for who needs the descriptor, too. map_memory() leaves it the caller's.
Result<Fd> open_memory_fd(const std::string& path);
Result<SharedMemory> map_memory(int fd);

// Asks an open device for its bytes, as ioctl(): the answer, or -1 with errno.
using AskBytes = int (*)(int device);
int ask_kvmfr_bytes(int device);

// The bytes of an open kvmfr device; errors as open_memory().
Result<std::uint64_t> kvmfr_bytes(int device, AskBytes ask);

// Asks an open device for a dma-buf, as ioctl(): a descriptor, or -1 with errno.
using AskKvmfrDmaBuf = int (*)(int device, DmaBufWindow window);
int ask_kvmfr_dma_buf(int device, DmaBufWindow window);

// A dma-buf of a window of an open kvmfr device. Gives Misaligned, NotKvmfr or OsCall.
[[nodiscard]] DmaBuf create_kvmfr_dma_buf(int device, DmaBufWindow window,
                                          AskKvmfrDmaBuf ask = ask_kvmfr_dma_buf);

}  // namespace pierglass::shm
