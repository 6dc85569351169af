// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of text: the trigger, then a change each. What is accepted gives what was written; what is
// not is refused in one sentence.
#include <algorithm>
#include <string>
#include <vector>

#include "input/bindings.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using input::Bindings;

std::vector<std::string> lines_of(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      lines.emplace_back();
    } else {
      lines.back().push_back(static_cast<char>(data[i]));
    }
  }
  return lines;
}

std::size_t bound_keys(const Bindings& bindings) {
  std::size_t bound = 0;
  for (input::KeyCode key = 0; key < input::kKeyCount; ++key)
    bound += bindings.command(key) ? 1 : 0;
  return bound;
}

void check_accepted(const Bindings& bindings, std::size_t changes) {
  static const std::size_t kDefaults = bound_keys(*Bindings::parse("rightctrl", {}));
  for (input::KeyCode key = 0; key < input::kKeyCount; ++key) {
    if (!bindings.command(key)) continue;
    require(key != bindings.trigger(), "the trigger has no command");
    require(!input::key_label(key).empty(), "a bound key can be shown");
  }
  require(bound_keys(bindings) <= kDefaults + changes, "each change binds one key");
  const std::vector<std::string> lines = bindings.lines();
  require(lines.empty() == !bindings.trigger().has_value(), "there is a list with a trigger");
  for (const std::string& line : lines) {
    require(line.size() < 100, "a line is short");
    const auto plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
    require(std::ranges::all_of(line, plain), "it is plain");
    require(std::ranges::count(line, '\t') <= 1, "there are two columns");
  }
}

void run(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> lines = lines_of(data, size);
  const std::span<const std::string> changes = std::span(lines).subspan(1);
  const auto bindings = Bindings::parse(lines.front(), changes);
  if (bindings) {
    check_accepted(*bindings, changes.size());
  } else {
    require(bindings.error().starts_with('\''), "a mistake begins with what is mistaken");
    require(!bindings.error().ends_with('.'), "and has no full stop");
  }
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run(data, size);
  return 0;
}
