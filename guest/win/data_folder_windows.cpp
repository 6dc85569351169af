// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/data_folder_windows.hpp"

#include <windows.h>
// windows.h first
#include <aclapi.h>
#include <sddl.h>
#include <shlobj.h>

#include <array>
#include <filesystem>

#include "shm/text_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {
namespace {

using shm::KernelHandle;
using shm::widen;

// Owner: Administrators. Full access for System and Administrators, reading for Users; inherited by
// all that is in it, nothing inherited from %ProgramData%.
constexpr const wchar_t* kAccess =
    L"O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";

constexpr DWORD kMostBytes = 64 * 1024;

std::unexpected<Error> fail_here(const char* call, DWORD error = GetLastError()) {
  ErrorCode code = ErrorCode::OsCall;
  if (error == ERROR_ACCESS_DENIED) code = ErrorCode::PermissionDenied;
  if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) code = ErrorCode::NotFound;
  if (error == ERROR_SHARING_VIOLATION) code = ErrorCode::Busy;
  return fail_os(OsErrorKind::Win32, error, call, code);
}

struct DescriptorTraits {
  using Value = PSECURITY_DESCRIPTOR;
  static Value invalid() { return nullptr; }
  static void close(Value descriptor) noexcept { LocalFree(descriptor); }
};

// On a folder that somebody else may have made, and all that is in it.
Result<void> take_over(std::wstring path, PSECURITY_DESCRIPTOR descriptor) {
  BOOL given = FALSE;
  PACL access = nullptr;
  PSID owner = nullptr;
  if (!GetSecurityDescriptorDacl(descriptor, &given, &access, &given) ||
      !GetSecurityDescriptorOwner(descriptor, &owner, &given))
    return fail_here("reading access rights");
  const SECURITY_INFORMATION what =
      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
  DWORD error =
      TreeResetNamedSecurityInfoW(path.data(), SE_FILE_OBJECT, what, owner, nullptr, access,
                                  nullptr, FALSE, nullptr, ProgressInvokeNever, nullptr);
  if (error != ERROR_SUCCESS) {  // Wine has no such function
    error =
        SetNamedSecurityInfoW(path.data(), SE_FILE_OBJECT, what, owner, nullptr, access, nullptr);
  }
  if (error != ERROR_SUCCESS) return fail_here("setting access rights", error);
  return {};
}

bool is_own_folder(const std::wstring& path) {
  const DWORD attributes = GetFileAttributesW(path.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
         (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

}  // namespace

DataFolder data_folder() {
  std::array<wchar_t, MAX_PATH> common{};
  if (FAILED(SHGetFolderPathW(nullptr, CSIDL_COMMON_APPDATA, nullptr, 0, common.data())))
    return {.path = "C:\\ProgramData\\Pierglass"};
  return {.path = shm::narrow(common.data()) + "\\Pierglass"};
}

Result<void> make_data_folder() {
  const DataFolder folder = data_folder();
  Handle<DescriptorTraits> descriptor;
  {
    PSECURITY_DESCRIPTOR made = nullptr;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(kAccess, SDDL_REVISION_1, &made,
                                                              nullptr))
      return fail_here("making access rights");
    descriptor.reset(made);
  }
  SECURITY_ATTRIBUTES attributes{sizeof attributes, descriptor.get(), FALSE};
  const std::wstring path = widen(folder.path);
  if (!CreateDirectoryW(path.c_str(), &attributes)) {
    const DWORD error = GetLastError();
    if (error != ERROR_ALREADY_EXISTS) return fail_here("making the data folder", error);
    if (!is_own_folder(path)) return fail(ErrorCode::Unsupported, "a link as data folder");
    TRY(take_over(path, descriptor.get()));
  }
  if (!CreateDirectoryW(widen(folder.logs()).c_str(), nullptr) &&
      GetLastError() != ERROR_ALREADY_EXISTS)
    return fail_here("making the log folder");
  return {};
}

Result<void> remove_data_folder() {
  std::error_code error;
  std::filesystem::remove_all(std::filesystem::path(widen(data_folder().path)), error);
  if (error) return fail_here("removing the data folder", static_cast<DWORD>(error.value()));
  return {};
}

Result<std::string> read_file(const std::string& path) {
  const KernelHandle file = shm::adopt_file(CreateFileW(widen(path).c_str(), GENERIC_READ,
                                                        FILE_SHARE_READ | FILE_SHARE_DELETE,
                                                        nullptr, OPEN_EXISTING, 0, nullptr));
  if (!file) return fail_here("opening a file");
  std::string text(kMostBytes + 1, '\0');
  DWORD got = 0;
  if (!ReadFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &got, nullptr))
    return fail_here("reading a file");
  if (got > kMostBytes) return fail(ErrorCode::TooLarge, "config file", got, kMostBytes);
  text.resize(got);
  return text;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  const std::wstring fresh = widen(path + ".new");
  {
    const KernelHandle file = shm::adopt_file(
        CreateFileW(fresh.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, 0, nullptr));
    if (!file) return fail_here("making a file");
    DWORD put = 0;
    if (!WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &put, nullptr))
      return fail_here("writing a file");
  }
  if (!MoveFileExW(fresh.c_str(), widen(path).c_str(), MOVEFILE_REPLACE_EXISTING))
    return fail_here("replacing a file");
  return {};
}

}  // namespace pierglass::guest
