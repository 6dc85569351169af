// SPDX-License-Identifier: GPL-2.0-or-later
#include <string>
#include <vector>

#include "broker/broker.hpp"
#include "broker/options.hpp"

int main(int argc, char** argv) {
  using namespace pierglass::broker;
  const auto settings = parse_options(std::vector<std::string>(argv + (argc > 0), argv + argc));
  if (!settings) return settings.error();
  return run_broker(*settings, standard_log());
}
