// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>

struct wl_interface;

namespace pierglass::wl {

enum class Global : std::uint8_t {
  Compositor,
  WmBase,
  Shm,
  Output,
  Viewporter,
  FractionalScaleManager,
  Presentation,
  ContentTypeManager,
  TearingControlManager,
  DecorationManager,
  IdleInhibitManager,
  Activation,
  Seat,
  RelativePointerManager,
  PointerConstraints,
  ShortcutsInhibitManager,
  LinuxDmabuf,
  CursorShapeManager,
  DrmSyncobjManager,
};
inline constexpr std::size_t kGlobalCount = 19;

enum class Need : std::uint8_t { Required, Optional };

// One row for each interface that Pierglass can use.
struct GlobalRow {
  Global global;
  const wl_interface* interface;  // of the header this was built with
  const char* name;               // the protocol's name of the interface
  std::uint32_t min_version;      // older ones count as missing
  std::uint32_t max_version;      // the highest that this code speaks
  // The highest version whose messages are those of the header's version: later ones only added
  // enum values. 0 where the header itself is the limit.
  std::uint32_t same_messages_until;
  Need need;
  const char* without;  // one sentence: what the user loses, or for a required one what to do
};

// All rows, in the order of Global.
std::span<const GlobalRow> global_table();
const GlobalRow& row_of(Global global);

// The version to bind: the lowest of what the compositor offers, what this code speaks and what the
// header knows; 0 when that is below the row's minimum.
std::uint32_t version_to_bind(const GlobalRow& row, std::uint32_t advertised);

}  // namespace pierglass::wl
