// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/report.hpp"

#include <cstdio>
#include <random>

#include "base/describe.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

std::string explain_file(const Error& error, const std::string& path) {
  const std::string subject = "the shared memory file " + path;
  switch (error.code) {
    case ErrorCode::NotFound:
      return subject + " does not exist: create it first, or start the virtual machine with it";
    case ErrorCode::PermissionDenied:
      return subject + " may not be opened by this user: give its group read and write permission";
    case ErrorCode::NotARegularFile:
      return subject + " is not a plain file: name a file in /dev/shm";
    case ErrorCode::TooSmall:
      return subject + " is too small (" + std::to_string(error.got) +
             " bytes): make it 64 MiB for 1920x1080";
    default:
      return subject + " cannot be used: " + describe(error);
  }
}

std::string explain_device(const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      if (error.got == 0) {
        return "no IVSHMEM device was found: add one to the virtual machine and install the "
               "virtio-win driver \"ivshmem\", or give --memory FILE";
      }
      return std::string("there is no ") + error.what + " among the " + std::to_string(error.got) +
             " found: leave the option out or give another value";
    case ErrorCode::Busy:
      return "another program uses this IVSHMEM device: end it (the Looking Glass host, for "
             "instance) or choose another device with --ivshmem-index";
    case ErrorCode::InvalidArgument:
      return "several IVSHMEM devices have that size: choose one with --ivshmem-address";
    case ErrorCode::PermissionDenied:
      return "the IVSHMEM device may not be opened by this user: run as administrator";
    default:
      return "the IVSHMEM device cannot be used: " + describe(error);
  }
}

}  // namespace

std::string to_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

wire::RegionSpec region_spec(const char* guest_name) {
  return {.guest_release = PIERGLASS_VERSION_WORD, .guest_name = guest_name};
}

std::string explain_memory(const Error& error, const GuestOptions& options) {
  return options.memory.empty() ? explain_device(error) : explain_file(error, options.memory);
}

std::string explain_fit(std::uint64_t region_bytes, Size size, wire::PixelFormat format) {
  return "the shared memory holds " + mebibytes(region_bytes) + "; " + to_text(size) + " needs " +
         mebibytes(memory_needed(region_spec(""), size, format)) + ": enlarge it or " +
         (format == wire::PixelFormat::Xbgr16161616f
              ? "choose --hdr ten-bit, which halves the picture, or --max-size"
              : "choose a smaller picture");
}

std::string describe_doorbell(bool wanted, const shm::IvshmemInterrupts& interrupts,
                              const Error* deaf) {
  if (interrupts.vectors() == 0) return "no interrupts: plain device, readers poll";
  if (!wanted) return "interrupts switched off: readers poll";
  std::string sentence = "rings readers: peer " + std::to_string(interrupts.peer) + ", " +
                         std::to_string(interrupts.vectors()) + " vectors";
  if (deaf != nullptr) sentence += "; cannot be rung, so it polls: " + describe(*deaf);
  return sentence;
}

std::string explain_begin(const Error& error, const GuestOptions& options) {
  if (error.code == ErrorCode::Unsupported)
    return "the program cannot keep time (" + describe(error) + "): end other programs first";
  return explain_memory(error, options);
}

const char* explain_end(const Error& error) {
  return error.code == ErrorCode::Stale ? kOtherGuest
                                        : "the capture was lost: start the program again";
}

std::string pattern_misfit(std::uint64_t region_bytes, const PatternOptions& options) {
  for (const Size& size : options.sizes) {
    if (!check_fits(region_bytes, region_spec(""), size, options.format))
      return explain_fit(region_bytes, size, options.format);
  }
  return {};
}

std::uint64_t random_session() {
  std::random_device device;
  std::uint64_t session = 0;
  while (session == 0) session = std::uint64_t{device()} << 32 | device();
  return session;
}

std::string summarise(const PublisherSummary& summary) {
  char text[128];
  std::snprintf(text, sizeof text, "%llu frames, %.1f MB copied, %llu cursor moves",
                static_cast<unsigned long long>(summary.frames),
                static_cast<double>(summary.bytes) / 1e6,
                static_cast<unsigned long long>(summary.pointer_moves));
  return text;
}

}  // namespace pierglass::guest
