// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace pierglass::guest {

// In Windows' list of services, and as a source in its application log.
inline constexpr const wchar_t* kServiceName = L"Pierglass";

}  // namespace pierglass::guest
