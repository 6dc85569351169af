// SPDX-License-Identifier: GPL-2.0-or-later
// A script of desktop, guest and program events on the router; tests/support/input_script.hpp has
// the encoding and the rules.
#include "tests/fuzz/require.hpp"
#include "tests/support/input_script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::test::InputScript script(std::span(data, size));
  const std::string wrong = script.play();
  pierglass::fuzz::require(wrong.empty(), wrong.c_str());
  return 0;
}
