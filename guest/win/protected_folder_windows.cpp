// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/protected_folder_windows.hpp"

#include <windows.h>
// windows.h first
#include <aclapi.h>
#include <sddl.h>

#include <string_view>

#include "base/handle.hpp"
#include "guest/win/file_error_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {
namespace {

using shm::KernelHandle;

// Owner: Administrators. Full access for System and Administrators, reading for Users; inherited by
// all that is in it, nothing inherited from the folder around it.
constexpr const wchar_t* kAccess =
    L"O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";

struct DescriptorTraits {
  using Value = PSECURITY_DESCRIPTOR;
  static Value invalid() { return nullptr; }
  static void close(Value descriptor) noexcept { LocalFree(descriptor); }
};
using Descriptor = Handle<DescriptorTraits>;

struct ListTraits {
  using Value = HANDLE;
  static Value invalid() { return INVALID_HANDLE_VALUE; }
  static void close(Value list) noexcept { FindClose(list); }
};

Result<Descriptor> wanted_access() {
  PSECURITY_DESCRIPTOR made = nullptr;
  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(kAccess, SDDL_REVISION_1, &made,
                                                            nullptr))
    return fail_file("making access rights");
  return Descriptor(made);
}

// What has this name, and not what it may lead to.
KernelHandle open_itself(const std::wstring& path, DWORD access) {
  return shm::adopt_file(CreateFileW(
      path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
      OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
}

bool is_plain_folder(const KernelHandle& folder) {
  BY_HANDLE_FILE_INFORMATION facts{};
  return GetFileInformationByHandle(folder.get(), &facts) &&
         (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
         (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

struct Owner {
  Descriptor descriptor;
  PSID sid = nullptr;  // in it; null: unknown
};

Owner owner_of(const KernelHandle& file) {
  Owner owner;
  PSECURITY_DESCRIPTOR made = nullptr;
  if (GetSecurityInfo(file.get(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner.sid, nullptr,
                      nullptr, nullptr, &made) != ERROR_SUCCESS)
    return {};
  owner.descriptor.reset(made);
  return owner;
}

// Who owns the folder around it could put another in its place at any time, and is so no further
// danger: on Windows that is the system, under Wine the user.
bool has_trusted_owner(const KernelHandle& folder, const std::wstring& path) {
  const Owner owner = owner_of(folder);
  if (owner.sid == nullptr) return false;
  if (IsWellKnownSid(owner.sid, WinLocalSystemSid) ||
      IsWellKnownSid(owner.sid, WinBuiltinAdministratorsSid))
    return true;
  const KernelHandle around = open_itself(path.substr(0, path.rfind(L'\\')), READ_CONTROL);
  if (!around) return false;
  const Owner other = owner_of(around);
  return other.sid != nullptr && EqualSid(owner.sid, other.sid);
}

// False: something has the name.
Result<bool> create(const std::wstring& path, const Descriptor& access) {
  SECURITY_ATTRIBUTES attributes{sizeof attributes, access.get(), FALSE};
  if (CreateDirectoryW(path.c_str(), &attributes)) return true;
  if (GetLastError() != ERROR_ALREADY_EXISTS) return fail_file("making a folder");
  return false;
}

Result<void> set_access(const KernelHandle& folder, const Descriptor& access) {
  BOOL given = FALSE;
  PACL list = nullptr;
  if (!GetSecurityDescriptorDacl(access.get(), &given, &list, &given))
    return fail_file("reading access rights");
  const DWORD error = SetSecurityInfo(
      folder.get(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
      nullptr, nullptr, list, nullptr);
  if (error != ERROR_SUCCESS) return fail_file("setting access rights", error);
  return {};
}

// False: what is there is not to be trusted. All on one handle: the name may lead elsewhere later.
Result<bool> adopt(const std::wstring& path, const Descriptor& access) {
  const KernelHandle folder =
      open_itself(path, READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES | FILE_LIST_DIRECTORY);
  if (!folder || !is_plain_folder(folder) || !has_trusted_owner(folder, path)) return false;
  TRY(set_access(folder, access));
  return true;
}

Result<void> move_aside(const std::wstring& path) {
  FILETIME now{};
  GetSystemTimeAsFileTime(&now);
  const std::wstring aside = path + L".foreign-" + std::to_wstring(now.dwHighDateTime) + L"-" +
                             std::to_wstring(now.dwLowDateTime);
  if (MoveFileExW(path.c_str(), aside.c_str(), 0)) return {};
  return fail_os(OsErrorKind::Win32, GetLastError(), "moving somebody else's folder aside");
}

Result<void> remove_content(const std::wstring& path);

Result<void> remove_entry(const std::wstring& path, DWORD attributes) {
  const bool folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  const bool link = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  if (folder && !link) TRY(remove_content(path));
  if ((attributes & FILE_ATTRIBUTE_READONLY) != 0 && !link)
    SetFileAttributesW(path.c_str(), FILE_ATTRIBUTE_NORMAL);
  if (!(folder ? RemoveDirectoryW(path.c_str()) : DeleteFileW(path.c_str())))
    return fail_file("removing the content of a folder");
  return {};
}

Result<void> remove_content(const std::wstring& path) {
  WIN32_FIND_DATAW found{};
  const Handle<ListTraits> list(FindFirstFileW((path + L"\\*").c_str(), &found));
  if (!list) return fail_file("listing a folder");
  do {
    const std::wstring_view name = found.cFileName;
    if (name == L"." || name == L"..") continue;
    TRY(remove_entry(path + L"\\" + found.cFileName, found.dwFileAttributes));
  } while (FindNextFileW(list.get(), &found));
  return {};
}

}  // namespace

Result<void> make_protected_folder(const std::wstring& path) {
  const Descriptor access = TRY(wanted_access());
  if (TRY(create(path, access)) || TRY(adopt(path, access))) return {};
  TRY(move_aside(path));
  if (TRY(create(path, access))) return {};
  return fail(ErrorCode::Unsupported, "somebody else makes the same folder");
}

Result<void> remove_protected_folder(const std::wstring& path) {
  {
    const KernelHandle folder = open_itself(path, READ_CONTROL | FILE_READ_ATTRIBUTES);
    if (!folder && GetLastError() == ERROR_FILE_NOT_FOUND) return {};
    if (!folder) return fail_file("opening a folder");
    if (!is_plain_folder(folder) || !has_trusted_owner(folder, path)) return {};
  }
  TRY(remove_content(path));
  if (!RemoveDirectoryW(path.c_str())) return fail_file("removing a folder");
  return {};
}

}  // namespace pierglass::guest
