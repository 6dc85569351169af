// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>

#include "app/verbs.hpp"
#include "base/result.hpp"
#include "control/instance.hpp"
#include "control/server.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::app {

// Serves an instance's control socket: knows the verbs, refuses unknown ones. `handler` is called
// on the loop's thread with the verb and the whole request, and answers now or later. The instance
// and the loop must outlive it.
using RemoteHandler = std::move_only_function<void(Verb, const control::Request&, control::Answer)>;
Result<control::Server> serve_remote(loop::EventLoop& loop, const control::Instance& instance,
                                     RemoteHandler handler);

}  // namespace pierglass::app
