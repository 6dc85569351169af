// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.hpp"
#include "guest/log.hpp"

namespace pierglass::guest {

// Tells Windows' application log where the words for our entries are: in this program. Needs an
// administrator.
Result<void> register_event_source();
void unregister_event_source();

// The sentence into Windows' application log, beside say(). Any thread.
void report(Severity severity, const std::string& sentence);

}  // namespace pierglass::guest
