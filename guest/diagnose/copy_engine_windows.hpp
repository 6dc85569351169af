// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <dxgi1_6.h>

#include "guest/capture/dxgi_device.hpp"
#include "guest/diagnose/diagnosis.hpp"
#include "guest/diagnose/memory_windows.hpp"

namespace pierglass::guest {

// Has the copy engine of `adapter`, whose device it is, carry a picture into the free part of the
// memory, and looks at every byte of it.
Finding test_copy_engine(IDXGIAdapter1& adapter, const DxgiDevice& device,
                         const TestedMemory& memory);

}  // namespace pierglass::guest
