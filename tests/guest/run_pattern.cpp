// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/describe.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/core/publisher.hpp"
#include "guest/options.hpp"
#include "guest/report.hpp"
#include "guest/win/console_windows.hpp"
#include "guest/win/waiter_windows.hpp"
#include "shm/file_windows.hpp"
#include "tests/guest/dxgi_runs.hpp"
#include "tests/guest/pattern_play.hpp"
#include "tests/guest/standin_engine.hpp"

namespace pierglass::test {
namespace {

class Silent final : public guest::PublisherObserver {
 public:
  void on_published(const guest::Step&) override {}
  void on_too_large(Size, wire::PixelFormat) override { std::fputs("too large\n", stderr); }
};

// The word that follows `option`, both of which are taken out of the words; empty: none does.
std::string take_word(std::vector<std::string>& words, const char* option) {
  const auto found = std::ranges::find(words, option);
  if (found == words.end() || found + 1 == words.end()) return {};
  std::string word = *(found + 1);
  words.erase(found, found + 2);
  return word;
}

std::uint32_t take_number(std::vector<std::string>& words, const char* option,
                          std::uint32_t otherwise) {
  const std::string word = take_word(words, option);
  if (word.empty()) return otherwise;
  return static_cast<std::uint32_t>(std::strtoul(word.c_str(), nullptr, 10));
}

int complain(const std::string& what) {
  std::fprintf(stderr, "dxgi_standin: %s\n", what.c_str());
  return 1;
}

}  // namespace

int run_pattern(std::vector<std::string> arguments) {
  PatternDesktop desktop;
  desktop.rotation = take_number(arguments, "--turn", 1);
  desktop.lose_every = take_number(arguments, "--lose", 0);
  const std::string engine = take_word(arguments, "--engine");
  const auto options = guest::parse_options(guest::Program::Guest, arguments);
  if (!options) return options.error();
  desktop.pattern = options->pattern;
  if (options->publisher.millihertz != 0)
    desktop.interval = Nanoseconds(1'000'000'000'000 / options->publisher.millihertz);
  auto memory = shm::open_file(options->memory);
  if (!memory) return complain(describe(memory.error()));
  PatternPlay play(desktop);
  ScriptedOutputs outputs(play);
  guest::CarryOptions carry{.picture = options->picture};
  carry.on_no_pass = [](const Error& why) { complain("no pass: " + describe(why)); };
  if (!engine.empty()) add_engine(carry, engine);
  const auto source =
      guest::DxgiSource::create(outputs, options->hdr, carry, guest::make_windows_waiter);
  if (!source) return complain(describe(source.error()));
  Silent observer;
  guest::PublisherOptions publishing = options->publisher;
  publishing.millihertz = 0;  // as the desktop changes
  auto publisher = guest::Publisher::create(
      memory->bytes(), guest::region_spec("Duplication stand-in"), guest::random_session(),
      **source, observer, publishing, guest::make_windows_waiter, nullptr);
  if (!publisher) return complain(describe(publisher.error()));
  const guest::ConsoleStop owner(*std::move(publisher));
  const auto summary = owner.publisher().run();
  return summary ? 0 : complain(describe(summary.error()));
}

}  // namespace pierglass::test
