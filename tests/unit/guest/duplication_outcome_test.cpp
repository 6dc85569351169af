// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/duplication_outcome.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pierglass::guest {
namespace {

TEST(DuplicationOutcome, EveryKnownAnswerHasItsMeaning) {
  const std::map<std::uint32_t, CallOutcome> meanings{
      {0, CallOutcome::Done},
      {1, CallOutcome::Done},           // S_FALSE
      {0x087a0001, CallOutcome::Done},  // DXGI_STATUS_OCCLUDED
      {0x00000080, CallOutcome::MustReinit},
      {0x887a0027, CallOutcome::Nothing},
      {0x887a0026, CallOutcome::MustReinit},
      {0x887a0025, CallOutcome::MustReinit},
      {0x887a0001, CallOutcome::MustReinit},
      {0x887a0002, CallOutcome::MustReinit},
      {0x887a0004, CallOutcome::MustReinit},
      {0x887a0005, CallOutcome::MustReinit},
      {0x887a0006, CallOutcome::MustReinit},
      {0x887a0007, CallOutcome::MustReinit},
      {0x887a0020, CallOutcome::MustReinit},
      {0x887a0022, CallOutcome::MustReinit},
      {0x887a0028, CallOutcome::MustReinit},
      {0x887a002b, CallOutcome::MustReinit},
      {0x80070005, CallOutcome::MustReinit},
      {0x8007000e, CallOutcome::Lost},  // E_OUTOFMEMORY
      {0x80070057, CallOutcome::Lost},  // E_INVALIDARG
      {0x80004001, CallOutcome::Lost},  // E_NOTIMPL
      {0x80004005, CallOutcome::Lost},  // E_FAIL
  };
  for (const auto& [result, meaning] : meanings) EXPECT_EQ(outcome_of(result), meaning) << result;
}

TEST(DuplicationOutcome, AFrameWithoutAPictureIsThePointersAlone) {
  EXPECT_EQ(look_of(0, true), Look::Picture);
  EXPECT_EQ(look_of(0, false), Look::PointerOnly);
  for (const bool presented : {false, true}) {
    EXPECT_EQ(look_of(hresult::kDxgiWaitTimeout, presented), Look::Nothing);
    EXPECT_EQ(look_of(hresult::kDxgiAccessLost, presented), Look::MustReinit);
    EXPECT_EQ(look_of(hresult::kOutOfMemory, presented), Look::Lost);
  }
}

TEST(DuplicationOutcome, WhatMayComeBackIsTriedAgain) {
  EXPECT_EQ(failure_code(hresult::kAccessDenied), ErrorCode::Busy);
  EXPECT_EQ(failure_code(hresult::kDxgiNotCurrentlyAvailable), ErrorCode::Busy);
  EXPECT_EQ(failure_code(hresult::kDxgiUnsupported), ErrorCode::Busy);
  EXPECT_EQ(failure_code(hresult::kDxgiDeviceRemoved), ErrorCode::Busy);
  EXPECT_EQ(failure_code(hresult::kNotImplemented), ErrorCode::Unsupported);
  EXPECT_EQ(failure_code(hresult::kInvalidArgument), ErrorCode::OsCall);
}

TEST(DuplicationOutcome, ADeviceOutlivesWhatIsNotItsFault) {
  EXPECT_TRUE(loses_device(hresult::kDxgiDeviceRemoved));
  EXPECT_TRUE(loses_device(hresult::kDxgiDriverInternalError));
  EXPECT_FALSE(loses_device(hresult::kDxgiAccessLost));
  EXPECT_TRUE(is_refusal(hresult::kAccessDenied));
  EXPECT_TRUE(is_refusal(hresult::kDxgiNotCurrentlyAvailable));
  EXPECT_FALSE(is_refusal(hresult::kDxgiUnsupported));
  EXPECT_FALSE(is_refusal(hresult::kDxgiDeviceRemoved));
}

}  // namespace
}  // namespace pierglass::guest
