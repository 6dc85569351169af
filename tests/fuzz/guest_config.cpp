// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's config file: any bytes give options within their limits or one line of words.
#include <cstddef>
#include <cstdint>
#include <string>

#include "guest/options.hpp"
#include "tests/fuzz/require.hpp"
#include "wire/layout.hpp"

using pierglass::Size;
using pierglass::fuzz::require;
using namespace pierglass::guest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto options = parse_config(std::string(reinterpret_cast<const char*>(data), size));
  if (!options) {
    require(!options.error().empty(), "a reason");
    require(options.error().find('\n') == std::string::npos, "in one line");
    return 0;
  }
  require(options->verb == Verb::Run, "nothing but run");
  require(options->supervisor.stop_event == 0 && options->supervisor.process == 0, "no handles");
  require(options->log_file.empty(), "no file is written");
  require(options->publisher.millihertz <= 10'000'000, "a rate");
  require(!options->pattern.sizes.empty(), "a size");
  for (const Size one : options->pattern.sizes) {
    require(one.width != 0 && one.width <= pierglass::wire::kMaxDimension, "a width");
    require(one.height != 0 && one.height <= pierglass::wire::kMaxDimension, "a height");
  }
  return 0;
}
