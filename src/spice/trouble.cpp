// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/trouble.hpp"

#include <spice/enums.h>

#include "base/describe.hpp"

namespace pierglass::spice {
namespace {

TroubleKind forbidden(Phase phase, const Error& error) {
  switch (phase) {
    case Phase::Link:
      return TroubleKind::Refused;
    case Phase::Ticket:
      return error.got == SPICE_LINK_ERR_PERMISSION_DENIED ? TroubleKind::WrongPassword
                                                           : TroubleKind::Refused;
    case Phase::Connect:
    case Phase::Talk:
      break;
  }
  return TroubleKind::NoPermission;
}

std::string nobody(const Trouble& trouble, const std::string& place) {
  const std::string remedy =
      trouble.address.kind == Address::Kind::Unix
          ? "start the virtual machine with -spice unix=on,addr=" + trouble.address.path +
                ",disable-ticketing=on (in a folder that exists), or name its socket"
          : "start the virtual machine, or name the address that virsh domdisplay prints for it";
  return "no SPICE server listens at " + place + ": " + remedy;
}

std::string no_permission(const Trouble& trouble, const std::string& place) {
  const std::string path = trouble.address.path;
  return "this user may not use the SPICE socket " + place +
         ": join the group that owns it (ls -l " + path + ") and give that group read and write";
}

}  // namespace

TroubleKind trouble_kind(Phase phase, const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return TroubleKind::NobodyListens;
    case ErrorCode::OsCall:
      return TroubleKind::Unreachable;
    case ErrorCode::NotReady:
      return TroubleKind::Silent;
    case ErrorCode::Lost:
      return TroubleKind::Closed;
    case ErrorCode::PermissionDenied:
      return forbidden(phase, error);
    case ErrorCode::VersionMismatch:
      return TroubleKind::Unfit;
    case ErrorCode::Unsupported:
      return error.got == SPICE_LINK_ERR_NEED_SECURED ? TroubleKind::NeedsTls : TroubleKind::Unfit;
    default:
      return phase == Phase::Link ? TroubleKind::NotSpice : TroubleKind::Broken;
  }
}

std::string trouble_sentence(const Trouble& trouble) {
  std::string place = to_text(trouble.address);
  switch (trouble.kind) {
    case TroubleKind::NobodyListens:
      return nobody(trouble, place);
    case TroubleKind::Unreachable:
      return "the SPICE server at " + place + " cannot be reached: " + describe(trouble.error);
    case TroubleKind::Silent:
      return "the SPICE server at " + place +
             " does not answer: is the virtual machine's process stopped?";
    case TroubleKind::Closed:
      return "the SPICE server at " + place +
             " closes the connection at once: is it shutting down, or no SPICE server?";
    case TroubleKind::NotSpice:
      return "what answers at " + place +
             " is not a SPICE server: name the socket or port of the virtual machine's -spice "
             "option (VNC and the QEMU monitor have others)";
    case TroubleKind::Broken:
      return "the SPICE server at " + place + " broke the protocol (" + describe(trouble.error) +
             "): restart the virtual machine, and update QEMU if it happens again";
    case TroubleKind::Refused:
      return "the SPICE server at " + place + " refuses the connection (SPICE error " +
             std::to_string(trouble.error.got) + "): is keyboard and mouse input allowed there?";
    case TroubleKind::Unfit:
      return "the SPICE server at " + place + " cannot be used: " + describe(trouble.error);
    case TroubleKind::NeedsTls:
      return "the SPICE server at " + place +
             " wants TLS, which is not supported: use its unix socket, or its port without TLS";
    case TroubleKind::NoPermission:
      return no_permission(trouble, place);
    case TroubleKind::WrongPassword:
      return "the SPICE server at " + place +
             " does not accept the password: give the one of the virtual machine's -spice option "
             "(or of graphics passwd in its libvirt XML)";
  }
  return place;
}

}  // namespace pierglass::spice
