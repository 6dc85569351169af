// SPDX-License-Identifier: GPL-2.0-or-later
#include "ivshmem/address.hpp"

#include "base/runtime_folder.hpp"
#include "base/vm_name.hpp"

namespace pierglass::ivshmem {

std::optional<std::string> user_folder() {
  const auto runtime = user_runtime_folder();
  if (!runtime) return std::nullopt;
  return *runtime + "/pierglass-broker";
}

Result<std::vector<std::string>> socket_places(std::string_view address) {
  if (address.contains('/')) return std::vector<std::string>{std::string(address)};
  if (!is_vm_name(address)) return fail(ErrorCode::InvalidArgument, "a name");
  const std::string file = "/" + std::string(address) + ".sock";
  std::vector<std::string> places;
  if (const auto folder = user_folder()) places.push_back(*folder + file);
  places.push_back(std::string(kSystemFolder) + file);
  return places;
}

}  // namespace pierglass::ivshmem
