// SPDX-License-Identifier: GPL-2.0-or-later
#include "benchmarks/input_times.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace pierglass::benchmarks {
namespace {

using Heard = std::vector<test::RecordedInput>;
using Said = std::vector<test::RecordedSpice>;

constexpr std::int32_t kFixed = 256;  // wl_fixed_t counts of a pixel

Heard of_kind(const Heard& all, test::WaylandInput::Kind kind) {
  Heard result;
  std::ranges::copy_if(all, std::back_inserter(result),
                       [kind](const auto& one) { return one.input.kind == kind; });
  return result;
}

Said of_kind(const Said& all, test::SpiceInput::Kind kind) {
  Said result;
  std::ranges::copy_if(all, std::back_inserter(result),
                       [kind](const auto& one) { return one.input.kind == kind; });
  return result;
}

[[noreturn]] void unpaired(const char* what, std::size_t heard, std::size_t said) {
  throw std::runtime_error(std::to_string(heard) + " " + what + " were heard and " +
                           std::to_string(said) + " messages said, which do not belong together");
}

void append(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// `same` says whether the two are one.
template <typename Same>
std::vector<std::int64_t> pair_in_order(const char* what, const Heard& heard, const Said& said,
                                        Same same) {
  if (heard.size() != said.size()) unpaired(what, heard.size(), said.size());
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (heard[i].input.b != said[i].input.b || !same(heard[i].input, said[i].input)) {
      unpaired(what, heard.size(), said.size());
    }
    result.push_back(said[i].at_ns - heard[i].received_ns);
  }
  return result;
}

std::vector<std::int64_t> pair_motions(const Heard& heard, const Said& said) {
  std::vector<std::int64_t> result;
  std::int64_t way = 0;   // of what was heard
  std::int64_t told = 0;  // of the messages before `message`
  auto message = said.begin();
  for (const test::RecordedInput& one : heard) {
    way += one.input.a / kFixed;
    while (message != said.end() && told + message->input.a < way) told += message++->input.a;
    if (message == said.end()) unpaired("relative motions", heard.size(), said.size());
    result.push_back(message->at_ns - one.received_ns);
  }
  return result;
}

std::vector<std::int64_t> pair_positions(const Heard& heard, const Said& said) {
  std::vector<std::int64_t> result;
  auto waits = heard.begin();
  for (const test::RecordedSpice& message : said) {
    const auto is_it = [&message](const test::RecordedInput& one) {
      return one.input.a / kFixed == message.input.a && one.input.b / kFixed == message.input.b;
    };
    const auto found = std::find_if(waits, heard.end(), is_it);
    if (found == heard.end()) unpaired("absolute motions", heard.size(), said.size());
    for (; waits <= found; ++waits) result.push_back(message.at_ns - waits->received_ns);
  }
  if (waits != heard.end()) unpaired("absolute motions", heard.size(), said.size());
  return result;
}

}  // namespace

nlohmann::json microseconds(std::vector<std::int64_t> values) {
  if (values.empty()) return nullptr;
  std::ranges::sort(values);
  const auto at = [&values](double quantile) {
    const auto last = static_cast<double>(values.size() - 1);
    return static_cast<double>(values[static_cast<std::size_t>(std::lround(quantile * last))]) /
           1e3;
  };
  return {{"count", values.size()}, {"p50", at(0.5)}, {"p99", at(0.99)}, {"max", at(1)}};
}

void InputTimes::add(const InputTimes& other) {
  append(keys, other.keys);
  append(motions, other.motions);
  append(positions, other.positions);
  append(buttons, other.buttons);
  append(proxy, other.proxy);
  merged += other.merged;
}

InputTimes pair_up(const Heard& heard, const Said& said) {
  using In = test::WaylandInput::Kind;
  using Out = test::SpiceInput::Kind;
  InputTimes result;
  // The first keys of the main block have the same number in Linux and as scan codes.
  result.keys = pair_in_order("keys", of_kind(heard, In::Key), of_kind(said, Out::Key),
                              [](const auto& in, const auto& out) { return in.a == out.a; });
  result.buttons = pair_in_order("buttons", of_kind(heard, In::Button), of_kind(said, Out::Button),
                                 [](const auto&, const auto&) { return true; });
  const Heard motions = of_kind(heard, In::RelativeMotion);
  const Heard places = of_kind(heard, In::Motion);
  const Said moved = of_kind(said, Out::Motion);
  const Said placed = of_kind(said, Out::Position);
  result.motions = moved.empty() ? result.motions : pair_motions(motions, moved);
  result.positions = placed.empty() ? result.positions : pair_positions(places, placed);
  const std::size_t went = moved.size() + placed.size();
  const std::size_t came = result.motions.size() + result.positions.size();
  result.merged = came > went ? came - went : 0;
  for (const test::RecordedInput& one : heard) {
    result.proxy.push_back(one.sent_ns - one.received_ns);
  }
  return result;
}

}  // namespace pierglass::benchmarks
