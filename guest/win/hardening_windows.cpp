// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/hardening_windows.hpp"

#include <windows.h>

#include <cstdint>

namespace pierglass::guest {
namespace {

// Each of Windows' policies is one word of flags.
struct Policy {
  const char* name;
  PROCESS_MITIGATION_POLICY policy;
  std::uint32_t set;     // by us
  std::uint32_t wanted;  // also what comes from the program's header
};

// winnt.h has these as bit fields in unions, and mingw 10 not all of them.
constexpr std::uint32_t kRaiseOnInvalidHandle = 0x1, kHandleChecksStay = 0x2;
constexpr std::uint32_t kNoExtensionPoints = 0x1;
constexpr std::uint32_t kNoRemoteImages = 0x1, kNoLowLabelImages = 0x2, kPreferSystem32 = 0x4;
constexpr std::uint32_t kRelocateBottomUp = 0x1, kRelocateAll = 0x2, kHighEntropy = 0x4;

constexpr Policy kPolicies[] = {
    {"strict handle checks", ProcessStrictHandleCheckPolicy,
     kRaiseOnInvalidHandle | kHandleChecksStay, kRaiseOnInvalidHandle | kHandleChecksStay},
    {"no extension points", ProcessExtensionPointDisablePolicy, kNoExtensionPoints,
     kNoExtensionPoints},
    {"images from trusted places only", ProcessImageLoadPolicy,
     kNoRemoteImages | kNoLowLabelImages | kPreferSystem32,
     kNoRemoteImages | kNoLowLabelImages | kPreferSystem32},
    {"random addresses", ProcessASLRPolicy, kRelocateAll,
     kRelocateBottomUp | kRelocateAll | kHighEntropy},
};

bool is_on(const Policy& policy) {
  std::uint32_t flags = 0;
  return GetProcessMitigationPolicy(GetCurrentProcess(), policy.policy, &flags, sizeof flags) &&
         (flags & policy.wanted) == policy.wanted;
}

}  // namespace

void harden_process() {
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  SetDllDirectoryW(L"");
  HeapSetInformation(nullptr, HeapEnableTerminationOnCorruption, nullptr, 0);
  for (const Policy& policy : kPolicies) {
    std::uint32_t flags = policy.set;
    SetProcessMitigationPolicy(policy.policy, &flags, sizeof flags);
  }
}

std::vector<Mitigation> mitigations() {
  std::vector<Mitigation> result;
  for (const Policy& policy : kPolicies) result.push_back({policy.name, is_on(policy)});
  return result;
}

}  // namespace pierglass::guest
