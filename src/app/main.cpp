// SPDX-License-Identifier: GPL-2.0-or-later
#include <utility>

#include "app/client.hpp"
#include "app/one_key.hpp"
#include "app/options.hpp"

int main(int argc, char** argv) {
  const pierglass::app::ParsedOptions parsed = pierglass::app::parse_options(argc, argv);
  pierglass::app::OneKey key = pierglass::app::one_key(parsed);
  if (!parsed.options || !key.start) return key.exit_status;
  return pierglass::app::run_client(*parsed.options, std::move(*key.start));
}
