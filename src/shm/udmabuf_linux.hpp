// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "shm/dma_buf_linux.hpp"

struct udmabuf_create;

namespace pierglass::shm {

// Asks an open /dev/udmabuf, as ioctl(): a descriptor, or -1 with errno.
using AskUdmabuf = int (*)(int device, const udmabuf_create& request);
int ask_udmabuf(int device, const udmabuf_create& request);

// The driver's places, and how it is asked; others for tests.
struct UdmabufDriver {
  const char* device = "/dev/udmabuf";
  const char* size_limit = "/sys/module/udmabuf/parameters/size_limit_mb";
  AskUdmabuf ask = ask_udmabuf;
};

// A dma-buf of a window of a memfd. What is wrong with the memory is told before what is wrong with
// the driver. Never gives NotKvmfr.
[[nodiscard]] DmaBuf create_udmabuf(int memfd, DmaBufWindow window,
                                    const UdmabufDriver& driver = {});

}  // namespace pierglass::shm
