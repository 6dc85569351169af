// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/error.hpp"

// What the answers of desktop duplication mean. HRESULTs are plain numbers here, so that the table
// is tested where there is no Windows.
namespace pierglass::guest {

namespace hresult {
inline constexpr std::uint32_t kWaitAbandoned = 0x00000080;  // no failure by its sign
inline constexpr std::uint32_t kNotImplemented = 0x80004001;
inline constexpr std::uint32_t kAccessDenied = 0x80070005;
inline constexpr std::uint32_t kOutOfMemory = 0x8007000e;
inline constexpr std::uint32_t kInvalidArgument = 0x80070057;
inline constexpr std::uint32_t kDxgiInvalidCall = 0x887a0001;
inline constexpr std::uint32_t kDxgiNotFound = 0x887a0002;
inline constexpr std::uint32_t kDxgiMoreData = 0x887a0003;
inline constexpr std::uint32_t kDxgiUnsupported = 0x887a0004;
inline constexpr std::uint32_t kDxgiDeviceRemoved = 0x887a0005;
inline constexpr std::uint32_t kDxgiDeviceHung = 0x887a0006;
inline constexpr std::uint32_t kDxgiDeviceReset = 0x887a0007;
inline constexpr std::uint32_t kDxgiWasStillDrawing = 0x887a000a;
inline constexpr std::uint32_t kDxgiDriverInternalError = 0x887a0020;
inline constexpr std::uint32_t kDxgiNotCurrentlyAvailable = 0x887a0022;
inline constexpr std::uint32_t kDxgiModeChangeInProgress = 0x887a0025;
inline constexpr std::uint32_t kDxgiAccessLost = 0x887a0026;
inline constexpr std::uint32_t kDxgiWaitTimeout = 0x887a0027;
inline constexpr std::uint32_t kDxgiSessionDisconnected = 0x887a0028;
inline constexpr std::uint32_t kDxgiAccessDenied = 0x887a002b;
}  // namespace hresult

// What became of one call on the duplication, its output or their device.
enum class CallOutcome : std::uint8_t {
  Done,
  Nothing,     // the time allowed is over
  MustReinit,  // desktop, mode, output or device went away: all of them are made anew
  Lost,        // nothing that a new duplication would mend
};

constexpr CallOutcome outcome_of(std::uint32_t result) {
  switch (result) {
    case hresult::kDxgiWaitTimeout:
      return CallOutcome::Nothing;
    case hresult::kWaitAbandoned:
    case hresult::kAccessDenied:
    case hresult::kDxgiAccessDenied:
    case hresult::kDxgiAccessLost:
    case hresult::kDxgiInvalidCall:
    case hresult::kDxgiNotFound:
    case hresult::kDxgiUnsupported:
    case hresult::kDxgiDeviceRemoved:
    case hresult::kDxgiDeviceHung:
    case hresult::kDxgiDeviceReset:
    case hresult::kDxgiDriverInternalError:
    case hresult::kDxgiNotCurrentlyAvailable:
    case hresult::kDxgiModeChangeInProgress:
    case hresult::kDxgiSessionDisconnected:
      return CallOutcome::MustReinit;
    default:
      return (result & 0x80000000U) == 0 ? CallOutcome::Done : CallOutcome::Lost;
  }
}

// What AcquireNextFrame brought.
enum class Look : std::uint8_t { Picture, PointerOnly, Nothing, MustReinit, Lost };

// `presented`: LastPresentTime is not 0.
constexpr Look look_of(std::uint32_t result, bool presented) {
  switch (outcome_of(result)) {
    case CallOutcome::Done:
      return presented ? Look::Picture : Look::PointerOnly;
    case CallOutcome::Nothing:
      return Look::Nothing;
    case CallOutcome::MustReinit:
      return Look::MustReinit;
    case CallOutcome::Lost:
      break;
  }
  return Look::Lost;
}

// Why a duplication could not be made. Busy: it may be had later (the secure desktop comes or goes,
// too many duplicate already, the mode changes). Unsupported and OsCall are final.
constexpr ErrorCode failure_code(std::uint32_t result) {
  if (result == hresult::kNotImplemented) return ErrorCode::Unsupported;
  return outcome_of(result) == CallOutcome::Lost ? ErrorCode::OsCall : ErrorCode::Busy;
}

// Said of outputs that do not belong to the device's GPU and where Windows cannot duplicate at all,
// but also for a moment while GPUs or modes change.
constexpr bool may_be_final(std::uint32_t result) {
  return result == hresult::kDxgiUnsupported;
}

// The Direct3D device is of no use any more, whatever it says itself.
constexpr bool loses_device(std::uint32_t result) {
  return result == hresult::kDxgiDeviceRemoved || result == hresult::kDxgiDeviceHung ||
         result == hresult::kDxgiDeviceReset || result == hresult::kDxgiDriverInternalError;
}

// Somebody else has the screen, which says nothing against adapter and device.
constexpr bool is_refusal(std::uint32_t result) {
  return result == hresult::kAccessDenied || result == hresult::kDxgiAccessDenied ||
         result == hresult::kDxgiNotCurrentlyAvailable ||
         result == hresult::kDxgiSessionDisconnected;
}

}  // namespace pierglass::guest
