// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/data_folder_windows.hpp"

#include <windows.h>
// windows.h first
#include <shlobj.h>

#include <array>

#include "guest/win/file_error_windows.hpp"
#include "guest/win/protected_folder_windows.hpp"
#include "shm/text_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {
namespace {

using shm::KernelHandle;
using shm::widen;

constexpr DWORD kMostBytes = 64 * 1024;

}  // namespace

DataFolder data_folder() {
  std::array<wchar_t, MAX_PATH> common{};
  if (FAILED(SHGetFolderPathW(nullptr, CSIDL_COMMON_APPDATA, nullptr, 0, common.data())))
    return {.path = "C:\\ProgramData\\Pierglass"};
  return {.path = shm::narrow(common.data()) + "\\Pierglass"};
}

Result<void> make_data_folder() {
  const DataFolder folder = data_folder();
  TRY(make_protected_folder(widen(folder.path)));
  return make_protected_folder(widen(folder.logs()));
}

Result<void> remove_data_folder() {
  return remove_protected_folder(widen(data_folder().path));
}

Result<std::string> read_file(const std::string& path) {
  const KernelHandle file = shm::adopt_file(CreateFileW(widen(path).c_str(), GENERIC_READ,
                                                        FILE_SHARE_READ | FILE_SHARE_DELETE,
                                                        nullptr, OPEN_EXISTING, 0, nullptr));
  if (!file) return fail_file("opening a file");
  std::string text(kMostBytes + 1, '\0');
  DWORD got = 0;
  if (!ReadFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &got, nullptr))
    return fail_file("reading a file");
  if (got > kMostBytes) return fail(ErrorCode::TooLarge, "config file", got, kMostBytes);
  text.resize(got);
  return text;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  const std::wstring fresh = widen(path + ".new");
  {
    const KernelHandle file = shm::adopt_file(
        CreateFileW(fresh.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr));
    if (!file) return fail_file("making a file");
    DWORD put = 0;
    if (!WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &put, nullptr))
      return fail_file("writing a file");
  }
  if (!MoveFileExW(fresh.c_str(), widen(path).c_str(), MOVEFILE_REPLACE_EXISTING))
    return fail_file("replacing a file");
  return {};
}

}  // namespace pierglass::guest
