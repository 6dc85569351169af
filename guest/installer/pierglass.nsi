Target amd64-unicode
; SPDX-License-Identifier: GPL-2.0-or-later
; makensis -DVERSION=1.2.3 -DPROGRAM=pierglass-guest.exe -DICON=... -DLICENSE=... -DOUTPUT=... pierglass.nsi
; The program makes and removes its own service, folder and log entries: here are only its file, the
; entry among the installed programs, and the order of it all.
Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel admin
ManifestSupportedOS Win10
ManifestDPIAware true
ManifestLongPathAware true

!include LogicLib.nsh
!include StrFunc.nsh
${StrStr}

!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Pierglass"

Name "Pierglass"
OutFile "${OUTPUT}"
Icon "${ICON}"
UninstallIcon "${ICON}"
InstallDir "$PROGRAMFILES64\Pierglass"
ShowInstDetails show
ShowUninstDetails show

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey ProductName "Pierglass"
VIAddVersionKey CompanyName "Pierglass"
VIAddVersionKey FileDescription "Pierglass screen capture: setup"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "GPL-2.0-or-later"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; Another folder than the default was chosen when it was installed first: an upgrade stays there,
; unless /D= says otherwise.
Function .onInit
  SetRegView 64
  ReadRegStr $0 HKLM "${ENTRY}" "InstallLocation"
  ${If} $0 != ""
  ${AndIf} $INSTDIR == "$PROGRAMFILES64\Pierglass"
    StrCpy $INSTDIR $0
  ${EndIf}
FunctionEnd

Function un.onInit
  SetRegView 64
FunctionEnd

; Ends the installation when the last command, whose status is on the stack, has failed.
!macro Require sentence
  Pop $0
  ${If} $0 != 0
    DetailPrint "${sentence}"
    MessageBox MB_OK|MB_ICONSTOP "${sentence}" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
!macroend

Section "Pierglass"
  SetOutPath "$INSTDIR"
  ; Wherever the service's program lies, this ends it; there may be none.
  ReadRegStr $1 HKLM "${ENTRY}" "InstallLocation"
  ${If} $1 != ""
  ${AndIf} ${FileExists} "$1\pierglass-guest.exe"
    nsExec::ExecToLog '"$1\pierglass-guest.exe" stop'
    Pop $0
  ${EndIf}

  ClearErrors
  File "/oname=pierglass-guest.exe" "${PROGRAM}"
  File "/oname=LICENSE.txt" "${LICENSE}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    Push 1
    !insertmacro Require "The program cannot be replaced: end every pierglass-guest.exe first."
  ${EndIf}
  ; A service whose program lies elsewhere, or whose own program could not stop it.
  nsExec::Exec '"$INSTDIR\pierglass-guest.exe" stop'
  Pop $0

  WriteRegStr HKLM "${ENTRY}" "DisplayName" "Pierglass screen capture"
  WriteRegStr HKLM "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${ENTRY}" "Publisher" "Pierglass"
  WriteRegStr HKLM "${ENTRY}" "DisplayIcon" "$INSTDIR\pierglass-guest.exe"
  WriteRegStr HKLM "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${ENTRY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${ENTRY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKLM "${ENTRY}" "NoRepair" 1
  SectionGetSize 0 $0
  WriteRegDWORD HKLM "${ENTRY}" "EstimatedSize" $0

  nsExec::ExecToStack '"$INSTDIR\pierglass-guest.exe" install'
  Pop $0
  Pop $1
  DetailPrint "$1"
  Push $0
  !insertmacro Require "The service cannot be installed: pierglass-guest install in a terminal says why."
  ; The program's note: no device, or no driver for it.
  ${StrStr} $2 "$1" "note: "
  ${If} $2 != ""
    MessageBox MB_OK|MB_ICONINFORMATION "$2" /SD IDOK
  ${EndIf}

  nsExec::ExecToLog '"$INSTDIR\pierglass-guest.exe" start'
  !insertmacro Require "The service cannot be started: pierglass-guest start in a terminal says why."
SectionEnd

Section "Uninstall"
  nsExec::ExecToLog '"$INSTDIR\pierglass-guest.exe" uninstall'
  !insertmacro Require "The service cannot be removed: pierglass-guest uninstall in a terminal says why."
  Delete "$INSTDIR\pierglass-guest.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${ENTRY}"
SectionEnd
