// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_windows.hpp"

#include <windows.h>
// windows.h first
#include <setupapi.h>

#include <cstring>
#include <string>
#include <vector>

#include "shm/ivshmem_driver_windows.hpp"
#include "shm/mapper_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::shm {
namespace {

struct DeviceSetTraits {
  using Value = HDEVINFO;
  static Value invalid() { return nullptr; }
  static void close(Value set) noexcept { SetupDiDestroyDeviceInfoList(set); }
};
using DeviceSet = Handle<DeviceSetTraits>;

struct Candidate {
  FoundIvshmem found;
  std::wstring path;
};

std::unexpected<Error> fail_here(const char* call, DWORD error = GetLastError()) {
  ErrorCode code = ErrorCode::OsCall;
  if (error == ERROR_ACCESS_DENIED) code = ErrorCode::PermissionDenied;
  if (error == ERROR_NOT_READY) code = ErrorCode::NotReady;
  return fail_os(OsErrorKind::Win32, error, call, code);
}

// The requests need no access right, so that none is asked for. Not inheritable: a close in another
// process would unmap in the wrong address space.
KernelHandle open_device(const std::wstring& path) {
  return adopt_file(CreateFileW(path.c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                OPEN_EXISTING, 0, nullptr));
}

std::optional<std::uint64_t> device_bytes(const std::wstring& path) {
  const KernelHandle device = open_device(path);
  std::uint64_t bytes = 0;
  if (!device ||
      !ivshmem_request(device.get(), kIvshmemRequestSize, nullptr, 0, &bytes, sizeof bytes))
    return std::nullopt;
  return bytes;
}

DWORD device_property(HDEVINFO set, SP_DEVINFO_DATA& device, DWORD property) {
  DWORD value = 0;
  SetupDiGetDeviceRegistryPropertyW(set, &device, property, nullptr,
                                    reinterpret_cast<BYTE*>(&value), sizeof value, nullptr);
  return value;
}

// The path that opens the interface, and the device behind it; empty when it just went away.
std::wstring interface_path(HDEVINFO set, SP_DEVICE_INTERFACE_DATA& interface,
                            SP_DEVINFO_DATA& device) {
  DWORD bytes = 0;
  SetupDiGetDeviceInterfaceDetailW(set, &interface, nullptr, 0, &bytes, nullptr);
  if (bytes < sizeof(SP_DEVICE_INTERFACE_DETAIL_DATA_W)) return {};
  // Starts with a DWORD, so that this much alignment is enough.
  std::vector<DWORD> buffer((bytes + sizeof(DWORD) - 1) / sizeof(DWORD));
  auto* detail = reinterpret_cast<SP_DEVICE_INTERFACE_DETAIL_DATA_W*>(buffer.data());
  detail->cbSize = sizeof *detail;
  if (!SetupDiGetDeviceInterfaceDetailW(set, &interface, detail, bytes, nullptr, &device))
    return {};
  return detail->DevicePath;
}

Result<std::vector<Candidate>> enumerate() {
  const HDEVINFO raw = SetupDiGetClassDevsW(&kIvshmemInterface, nullptr, nullptr,
                                            DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
  if (raw == INVALID_HANDLE_VALUE) return fail_here("SetupDiGetClassDevs");
  const DeviceSet set(raw);
  std::vector<Candidate> found;
  for (DWORD index = 0;; ++index) {
    SP_DEVICE_INTERFACE_DATA interface{};
    interface.cbSize = sizeof interface;
    if (!SetupDiEnumDeviceInterfaces(raw, nullptr, &kIvshmemInterface, index, &interface)) break;
    SP_DEVINFO_DATA device{};
    device.cbSize = sizeof device;
    const std::wstring path = interface_path(raw, interface, device);
    if (path.empty()) continue;
    const PciAddress address = pci_address_from(device_property(raw, device, SPDRP_BUSNUMBER),
                                                device_property(raw, device, SPDRP_ADDRESS));
    found.push_back({{.address = address, .bytes = device_bytes(path)}, path});
  }
  return found;
}

Result<std::wstring> find_device(const IvshmemChoice& choice) {
  const std::vector<Candidate> candidates = TRY(enumerate());
  std::vector<FoundIvshmem> found;
  found.reserve(candidates.size());
  for (const Candidate& candidate : candidates) found.push_back(candidate.found);
  return candidates[TRY(choose_ivshmem(found, choice))].path;
}

std::unexpected<Error> fail_mmap(DWORD error) {
  constexpr DWORD kAlreadyAttached = 548;  // ERROR_DEVICE_ALREADY_ATTACHED, not in mingw 10
  if (error == kAlreadyAttached)
    return fail_os(OsErrorKind::Win32, error, "IVSHMEM mapping", ErrorCode::Busy);
  return fail_here("IVSHMEM mapping", error);
}

Result<IvshmemMmap> request_mapping(HANDLE device, IvshmemCache cache) {
  IvshmemMmapConfig config{.cache_mode = static_cast<std::uint8_t>(cache)};
  IvshmemMmap mapping{};
  if (ivshmem_request(device, kIvshmemRequestMmap, &config, sizeof config, &mapping,
                      sizeof mapping))
    return mapping;
  const DWORD error = GetLastError();
  // Old drivers know no cache mode and refuse an input that they do not expect.
  if (error == ERROR_INVALID_USER_BUFFER &&
      ivshmem_request(device, kIvshmemRequestMmap, nullptr, 0, &mapping, sizeof mapping))
    return mapping;
  return fail_mmap(error);
}

}  // namespace

Result<IvshmemMemory> open_ivshmem(const IvshmemChoice& choice, IvshmemCache cache) {
  KernelHandle device = open_device(TRY(find_device(choice)));
  if (!device) return fail_here("opening the IVSHMEM device");
  std::uint64_t bytes = 0;
  if (!ivshmem_request(device.get(), kIvshmemRequestSize, nullptr, 0, &bytes, sizeof bytes))
    return fail_here("IVSHMEM size request");
  const IvshmemMmap mapping = TRY(request_mapping(device.get(), cache));
  // A doorbell device without granted interrupts would show its interrupt table instead.
  constexpr std::uint64_t kSmallest = std::uint64_t{1024} * 1024;
  if (mapping.address == nullptr || mapping.bytes != bytes || bytes < kSmallest) {
    return fail(ErrorCode::Unsupported, "mapping that the IVSHMEM driver made", mapping.bytes,
                bytes);
  }
  const IvshmemPort port(device.get(), {.peer = mapping.peer, .granted = mapping.vectors});
  return IvshmemMemory{.memory = Mapper::from_device(
                           {static_cast<std::byte*>(mapping.address), bytes}, device.release()),
                       .port = port};
}

}  // namespace pierglass::shm
