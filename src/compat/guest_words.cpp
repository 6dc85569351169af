// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/guest_words.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "base/describe.hpp"
#include "base/uuid.hpp"

namespace pierglass::compat {
namespace {

void append(std::string& list, const std::string& words) {
  if (words.empty()) return;
  if (!list.empty()) list += ", ";
  list += words;
}

std::string counted(std::uint32_t count, const char* one) {
  if (count == 0) return {};
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string machine_of(const KvmfrHost& host) {
  std::string words;
  if (host.sockets > 1) append(words, counted(host.sockets, "socket"));
  append(words, counted(host.cores, "core"));
  append(words, counted(host.threads, "thread"));
  append(words, host.processor);
  return words;
}

}  // namespace

source::GuestDescription description_of(const KvmfrHost& host) {
  return {.program = "Looking Glass host" + (host.release.empty() ? "" : " " + host.release),
          .system = host.system,
          .machine = machine_of(host),
          .capture = host.capture,
          .uuid = uuid_text(std::as_bytes(std::span(host.uuid)))};
}

std::string useless_frames(const char* field, std::uint64_t value) {
  return std::string("the Looking Glass host's frames cannot be shown (") + field + " " +
         std::to_string(value) + "): restart it, or use release B7";
}

std::string too_small_for(Size picture, std::uint64_t bytes, std::uint64_t needed) {
  // What should have been enough, but was not, is doubled.
  const std::uint64_t larger = std::max(needed, std::bit_ceil(bytes + 1));
  return "the shared memory (" + mebibytes(bytes) + ") is too small for " +
         std::to_string(picture.width) + "x" + std::to_string(picture.height) +
         ": give the virtual machine's ivshmem device " + mebibytes(larger);
}

}  // namespace pierglass::compat
