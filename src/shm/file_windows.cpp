// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/file_windows.hpp"

#include <windows.h>

#include "shm/mapper_windows.hpp"
#include "shm/text_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kPage = 4096;

// A folder is refused as "access denied".
bool is_folder(const std::wstring& path) {
  const DWORD attributes = GetFileAttributesW(path.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

ErrorCode code_of_open(DWORD error, const std::wstring& path) {
  switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
      return ErrorCode::NotFound;
    case ERROR_ACCESS_DENIED:
      return is_folder(path) ? ErrorCode::NotARegularFile : ErrorCode::PermissionDenied;
    default:
      return ErrorCode::OsCall;
  }
}

std::unexpected<Error> fail_here(const char* call) {
  return fail_os(OsErrorKind::Win32, GetLastError(), call);
}

Result<std::uint64_t> size_of(HANDLE file) {
  if (GetFileType(file) != FILE_TYPE_DISK) return fail(ErrorCode::NotARegularFile, "file");
  LARGE_INTEGER size{};
  if (!GetFileSizeEx(file, &size)) return fail_here("GetFileSizeEx");
  const auto bytes = static_cast<std::uint64_t>(size.QuadPart);
  if (bytes < kPage) return fail(ErrorCode::TooSmall, "file", bytes, kPage);
  return bytes;
}

}  // namespace

Result<SharedMemory> open_file(const std::string& path) {
  const std::wstring wide = widen(path);
  const KernelHandle file = adopt_file(CreateFileW(wide.c_str(), GENERIC_READ | GENERIC_WRITE,
                                                   FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                                   OPEN_EXISTING, 0, nullptr));
  if (!file) {
    const DWORD error = GetLastError();
    return fail_os(OsErrorKind::Win32, error, "CreateFile", code_of_open(error, wide));
  }
  const std::uint64_t bytes = TRY(size_of(file.get()));
  const KernelHandle mapping(
      CreateFileMappingW(file.get(), nullptr, PAGE_READWRITE, 0, 0, nullptr));
  if (!mapping) return fail_here("CreateFileMapping");
  // The view keeps the mapping and the file; both handles can go.
  void* view = MapViewOfFile(mapping.get(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, bytes);
  if (view == nullptr) return fail_here("MapViewOfFile");
  return Mapper::from_view({static_cast<std::byte*>(view), bytes});
}

}  // namespace pierglass::shm
