// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "ring/guest_session.hpp"
#include "ring/reader_session.hpp"
#include "ring/shared_words.hpp"

namespace pierglass::ring::test {

inline constexpr Size kSize{640, 480};
inline constexpr std::uint64_t kSession = 0x5e55'1011;

inline wire::FrameInfo frame_info(Size size = kSize) {
  wire::FrameInfo info;
  info.size = size;
  info.pitch = wire::pitch_for(size.width, info.format);
  return info;
}

// Zeroed pages of a memfd, as a mapped region is; children may map them again.
class Region {
 public:
  explicit Region(const wire::RegionSpec& spec = {})
      : spec_(spec),
        bytes_(wire::region_bytes_for(spec, kSize, wire::PixelFormat::Xrgb8888)),
        fd_(memfd_create("ring", MFD_CLOEXEC)),
        memory_(map()) {}
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  ~Region() {
    munmap(memory_, bytes_);
    close(fd_);
  }

  [[nodiscard]] std::span<std::byte> span() const { return {memory_, bytes_}; }
  [[nodiscard]] GuestSession guest(std::uint64_t session = kSession) const {
    return GuestSession::create(span(), spec_, session).value();
  }
  [[nodiscard]] std::unique_ptr<ReaderSession> reader(std::uint64_t token = 0x1001) const {
    return ReaderSession::attach(span(), token).value();
  }
  template <typename T>
  [[nodiscard]] std::atomic_ref<T> word(std::uint64_t offset) const {
    return word_at<T>(span(), offset);
  }

  // For a child: its own mapping of the same pages, which the parent does not have.
  void map_again() { memory_ = map(); }

 private:
  std::byte* map() const {
    if (ftruncate(fd_, static_cast<off_t>(bytes_)) != 0) return nullptr;
    return static_cast<std::byte*>(
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
  }

  wire::RegionSpec spec_;
  std::uint64_t bytes_;
  int fd_;
  std::byte* memory_;
};

// Every word of a picture says which frame it belongs to and where it lies.
inline constexpr Size kTracedSize{320, 240};

inline std::uint64_t traced_word(std::uint64_t session, std::uint64_t sequence, std::size_t index) {
  return (session ^ sequence) * 0x9e3779b97f4a7c15 + index;
}

inline void write_trace(std::span<std::byte> pixels, std::uint64_t session, std::uint64_t sequence,
                        std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    const std::uint64_t word = traced_word(session, sequence, i);
    std::memcpy(pixels.data() + 8 * i, &word, sizeof word);
  }
}

inline bool trace_is_whole(std::span<const std::byte> pixels, std::uint64_t session,
                           std::uint64_t sequence) {
  for (std::size_t i = 0; 8 * i < pixels.size(); ++i) {
    std::uint64_t word;
    std::memcpy(&word, pixels.data() + 8 * i, sizeof word);
    if (word != traced_word(session, sequence, i)) return false;
  }
  return true;
}

// Publishes one traced frame in four portions; false when all slots were held.
inline bool publish_trace(GuestSession& guest) {
  const wire::FrameInfo info = frame_info(kTracedSize);
  const auto ticket = guest.frames().begin(info, {});
  if (!ticket) return false;
  const std::size_t words = info.bytes() / 8;
  for (std::size_t part = 0; part < 4; ++part) {
    write_trace(ticket->pixels, guest.layout().session, ticket->sequence, words * part / 4,
                words * (part + 1) / 4);
    guest.frames().rows_complete(*ticket,
                                 static_cast<std::uint32_t>(info.size.height * (part + 1) / 4));
  }
  guest.frames().commit(*ticket, Nanoseconds{1});
  return true;
}

inline std::uint64_t publish(FrameWriter& frames, std::span<const Rect> damage = {},
                             const wire::FrameInfo& info = frame_info()) {
  const WriteTicket ticket = frames.begin(info, damage).value();
  frames.commit(ticket, Nanoseconds{0});
  return ticket.sequence;
}

}  // namespace pierglass::ring::test
