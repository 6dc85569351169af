// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace pierglass::loop {

// The calling thread does little at a time and shall not wait for others that compute: it gets
// turns of 0.1 ms, with which Linux 6.12 and newer let it interrupt them when it is woken. Costs
// nobody time, needs no rights, does nothing on older kernels. Threads that it starts do not
// inherit it.
void make_thread_prompt() noexcept;

}  // namespace pierglass::loop
