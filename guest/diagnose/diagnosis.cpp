// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/diagnosis.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/describe.hpp"
#include "guest/report.hpp"
#include "wire/memory_size.hpp"

// nlohmann-json throws for what is not UTF-8 and is told not to.
namespace pierglass::guest {
namespace {

struct VerdictWords {
  const char* text;
  const char* json;
};

VerdictWords words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Good:
      return {"ok  ", "good"};
    case Verdict::Note:
      return {"note", "note"};
    case Verdict::Bad:
      return {"BAD ", "bad"};
    case Verdict::NotTested:
      return {"-   ", "not tested"};
  }
  return {};
}

}  // namespace

bool Diagnosis::well() const {
  return std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::Bad; });
}

std::string to_text(const Diagnosis& diagnosis) {
  std::size_t width = 0;
  for (const Finding& finding : diagnosis.findings) width = std::max(width, finding.subject.size());
  std::string text;
  for (const Finding& finding : diagnosis.findings) {
    text += std::string(words_of(finding.verdict).text) + "  " + finding.subject +
            std::string(width - finding.subject.size() + 2, ' ') + finding.words + "\n";
  }
  text += diagnosis.well() ? "All is well.\n" : "Not all is well: see the lines marked BAD.\n";
  return text;
}

std::string to_json(const Diagnosis& diagnosis) {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const Finding& finding : diagnosis.findings) {
    findings.push_back({{"subject", finding.subject},
                        {"verdict", words_of(finding.verdict).json},
                        {"words", finding.words}});
  }
  const nlohmann::ordered_json report = {{"well", diagnosis.well()},
                                         {"findings", std::move(findings)}};
  return report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Finding judge_fit(std::uint64_t region_bytes, const std::string& output, Size largest, bool hdr) {
  const auto format = wire::largest_format(hdr ? wire::PixelRoom::Hdr : wire::PixelRoom::Standard);
  const std::string subject = "memory for " + output;
  if (check_fits(region_bytes, region_spec(""), largest, format)) {
    return {subject, Verdict::Good,
            mebibytes(region_bytes) + " holds " + to_text(largest) + (hdr ? " in HDR" : "")};
  }
  return {subject, Verdict::Bad, explain_fit(region_bytes, largest, format)};
}

}  // namespace pierglass::guest
