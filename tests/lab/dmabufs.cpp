// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lab/dmabufs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/support/proc_stats.hpp"

namespace pierglass::test {
namespace {

constexpr const char* kFiles = "PIERGLASS_LAB_FILES_AS_DMA_BUFS";

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

}  // namespace

GraphicsNode graphics_node() {
  const std::string node = variable("PIERGLASS_LAB_NODE", "none");
  if (node == "none") return GraphicsNode::None;
  if (node == "vgem") return GraphicsNode::Vgem;
  if (node == "virtio") return GraphicsNode::Virtio;
  throw std::runtime_error("PIERGLASS_LAB_NODE is " + node);
}

Size picture_size() {
  std::istringstream words(variable("PIERGLASS_LAB_SIZE", "640x480"));
  Size size;
  char by = 0;
  words >> size.width >> by >> size.height;
  if (!words || by != 'x') throw std::runtime_error("PIERGLASS_LAB_SIZE is " + words.str());
  return size;
}

int guest_count() {
  return std::stoi(variable("PIERGLASS_LAB_GUESTS", "100"));
}

void hand_over_files(bool files) {
  if (files) {
    setenv(kFiles, "1", 1);
  } else {
    unsetenv(kFiles);
  }
}

void allow_files_as_dma_bufs() {
  hand_over_files(access("/dev/udmabuf", W_OK) != 0);
}

std::size_t dma_bufs_of(pid_t process) {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/" + std::to_string(process) + "/fd", error);
  if (error) return 0;
  const auto count = std::count_if(begin(files), end(files), [](const auto& file) {
    std::error_code closed;
    return std::filesystem::read_symlink(file.path(), closed).string().starts_with("/dmabuf:");
  });
  return static_cast<std::size_t>(count);
}

void tell_progress(int guest, pid_t client) {
  if ((guest + 1) % 10 != 0) return;
  std::printf("%d guests: the client has %zu descriptors, %zu of dma-bufs\n", guest + 1,
              open_descriptors(client), dma_bufs_of(client));
  std::fflush(stdout);
}

std::optional<std::size_t> dma_bufs_there_are() {
  std::ifstream list("/sys/kernel/debug/dma_buf/bufinfo");
  for (std::string line; std::getline(list, line);) {
    std::istringstream words(line);
    std::string total;
    std::size_t count = 0;
    if (words >> total >> count && total == "Total") return count;
  }
  return std::nullopt;
}

}  // namespace pierglass::test
