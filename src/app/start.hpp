// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "control/instance.hpp"

namespace pierglass::app {

// How this run of the client came about, beside its options.
struct Start {
  std::string activation_token;  // of who started it, for the new window; empty: none
  bool capture = false;          // the pointer, as soon as the window is there: `pierglass toggle`
  // Held for as long as the client runs; none: it cannot be reached, `without_instance` says why.
  std::optional<control::Instance> instance;
  std::optional<Error> without_instance;
};

}  // namespace pierglass::app
