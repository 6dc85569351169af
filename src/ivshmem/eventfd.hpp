// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.hpp"

// Eventfds that came from somebody else, who has them too.
namespace pierglass::ivshmem {

// Makes calls on the descriptor not block. Corrupt: it is no eventfd. A write to anything else
// could block for ever, or do anything at all.
Result<void> accept_eventfd(int fd);

// Adds one. False: its count is full, since nobody takes it.
//
// O_NONBLOCK is a property of the eventfd, not of our descriptor: another holder may take it back.
// So this asks before it writes. To make it block all the same, another holder must take the flag
// back and fill the count between the two calls; only one whom the broker let in can, who may read
// and write the whole memory anyway. A guest cannot: its rings are the hypervisor's writes of 1.
bool ring_eventfd(int fd) noexcept;

// Sets the count back to 0; never blocks. A count that cannot be taken so stays.
void drain(int fd) noexcept;

}  // namespace pierglass::ivshmem
