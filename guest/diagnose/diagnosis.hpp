// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/geometry.hpp"

// What `pierglass-guest diagnose` found. Portable, so that it is tested without Windows.
namespace pierglass::guest {

enum class Verdict : std::uint8_t {
  Good,
  Note,       // good enough, but worth knowing
  Bad,        // the capture will not work, or not well
  NotTested,  // the words say why
};

struct Finding {
  std::string subject;
  Verdict verdict = Verdict::Good;
  std::string words;
};

struct Diagnosis {
  std::vector<Finding> findings;

  void add(std::string subject, Verdict verdict, std::string words) {
    findings.push_back({std::move(subject), verdict, std::move(words)});
  }
  // Nothing is Bad.
  [[nodiscard]] bool well() const;
};

// One line for each finding, and one that says how it is on the whole.
std::string to_text(const Diagnosis& diagnosis);

// {"well": false, "findings": [{"subject": "...", "verdict": "bad", "words": "..."}]} in one line.
std::string to_json(const Diagnosis& diagnosis);

// Whether a region of `region_bytes` holds the largest picture of an output.
Finding judge_fit(std::uint64_t region_bytes, const std::string& output, Size largest, bool hdr);

}  // namespace pierglass::guest
