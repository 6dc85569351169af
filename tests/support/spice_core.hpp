// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <spice.h>

#include <functional>

namespace pierglass::test {

// libspice-server's event loop on poll(), for the calling thread: timers and watched descriptors of
// all servers that this thread made. The library's callbacks carry no context, so it is the
// thread's.
SpiceCoreInterface* spice_core();

// Called when a channel is connected, initialised or disconnected (SPICE_CHANNEL_EVENT_*).
void on_spice_channel(std::function<void(int event, int channel_type)> callback);

// One poll() of at most that many milliseconds, and what it brings.
void spice_core_step(int timeout_ms);

}  // namespace pierglass::test
