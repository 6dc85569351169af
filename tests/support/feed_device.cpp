// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/fd.hpp"
#include "shm/file_linux.hpp"
#include "shm/ivshmem_device.hpp"
#include "tests/support/feed_memory.hpp"

// The IVSHMEM device as sysfs shows it (QEMU docs/specs/ivshmem-spec): BAR 0 are its registers,
// BAR 1 the table of its interrupts, BAR 2 the memory.
namespace pierglass::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRegisterBytes = 256;
constexpr std::size_t kIvPosition = 8 / sizeof(std::uint32_t);
constexpr std::size_t kDoorbell = 12 / sizeof(std::uint32_t);
constexpr std::uint32_t kMaxField = 0xffff;  // of a peer and of a vector in the doorbell register

std::string first_word(const fs::path& file) {
  std::ifstream stream(file);
  std::string word;
  stream >> word;
  return word;
}

bool is_ivshmem(const fs::path& device) {
  return first_word(device / "vendor") == "0x1af4" && first_word(device / "device") == "0x1110";
}

// "0000:00:04.0" or "00:04.0".
std::optional<shm::PciAddress> parse_sysfs_address(std::string_view text) {
  if (std::ranges::count(text, ':') == 2) text.remove_prefix(text.find(':') + 1);
  return shm::parse_pci_address(text);
}

Result<fs::path> find_device(const std::string& address) {
  const auto wanted = parse_sysfs_address(address);
  if (!address.empty() && !wanted) return fail(ErrorCode::InvalidArgument, "PCI address");
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator device("/sys/bus/pci/devices", error), end; !error && device != end;
       device.increment(error)) {
    const bool asked = !wanted || parse_sysfs_address(device->path().filename().string()) == wanted;
    if (asked && is_ivshmem(device->path())) found.push_back(device->path());
  }
  if (found.empty()) return fail(ErrorCode::NotFound, "IVSHMEM device");
  return *std::ranges::min_element(found);  // sysfs' names sort as their addresses do
}

// Lines of `resource`: begin, end and flags of a BAR each, all 0 where there is none.
bool has_interrupts(const fs::path& device) {
  std::ifstream resource(device / "resource");
  std::string line;
  for (int bar = 0; bar < 2; ++bar) std::getline(resource, line);
  std::uint64_t begin = 0;
  std::istringstream(line) >> std::hex >> begin;
  return begin != 0;
}

class Registers {
 public:
  static Result<Registers> map(const fs::path& file) {
    const Fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) return fail_os(OsErrorKind::Errno, errno, "open resource0");
    void* address =
        ::mmap(nullptr, kRegisterBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED) return fail_os(OsErrorKind::Errno, errno, "mmap resource0");
    return Registers(static_cast<volatile std::uint32_t*>(address));
  }
  Registers(Registers&& other) noexcept : words_(std::exchange(other.words_, nullptr)) {}
  Registers& operator=(Registers&&) = delete;
  ~Registers() {
    if (words_ != nullptr) ::munmap(const_cast<std::uint32_t*>(words_), kRegisterBytes);
  }

  [[nodiscard]] std::uint32_t read(std::size_t word) const { return words_[word]; }
  void write(std::size_t word, std::uint32_t value) const { words_[word] = value; }

 private:
  explicit Registers(volatile std::uint32_t* words) : words_(words) {}
  volatile std::uint32_t* words_;
};

class DeviceDoorbell final : public guest::Doorbell {
 public:
  DeviceDoorbell(Registers registers, bool interrupts)
      : registers_(std::move(registers)), interrupts_(interrupts) {}

  [[nodiscard]] ring::DoorbellAddress own() const override {
    if (!interrupts_) return {};
    return {.peer = registers_.read(kIvPosition) & kMaxField, .vector = 0};
  }
  [[nodiscard]] bool hears() const override { return false; }
  void ring(ring::DoorbellAddress reader) noexcept override {
    if (!interrupts_ || reader.peer > kMaxField || reader.vector > kMaxField) return;
    registers_.write(kDoorbell, reader.peer << 16 | reader.vector);
  }

 private:
  Registers registers_;
  bool interrupts_;
};

class DeviceMemory final : public FeedMemory {
 public:
  DeviceMemory(shm::SharedMemory memory, Registers registers, bool interrupts)
      : memory_(std::move(memory)), doorbell_(std::move(registers), interrupts) {}

  [[nodiscard]] std::span<std::byte> bytes() const override { return memory_.bytes(); }
  [[nodiscard]] guest::Doorbell* doorbell() override { return &doorbell_; }

 private:
  shm::SharedMemory memory_;
  DeviceDoorbell doorbell_;
};

class FileMemory final : public FeedMemory {
 public:
  explicit FileMemory(shm::SharedMemory memory) : memory_(std::move(memory)) {}
  [[nodiscard]] std::span<std::byte> bytes() const override { return memory_.bytes(); }

 private:
  shm::SharedMemory memory_;
};

}  // namespace

Result<std::unique_ptr<FeedMemory>> open_feed_file(const std::string& path) {
  return std::make_unique<FileMemory>(TRY(shm::open_file(path)));
}

Result<std::unique_ptr<FeedMemory>> open_feed_device(const std::string& address) {
  const fs::path device = TRY(find_device(address));
  std::ofstream enable(device / "enable");
  enable << '1' << std::flush;
  if (!enable) return fail(ErrorCode::PermissionDenied, "enable the device");
  auto registers = TRY(Registers::map(device / "resource0"));
  auto memory = TRY(shm::open_file(device / "resource2"));
  return std::make_unique<DeviceMemory>(std::move(memory), std::move(registers),
                                        has_interrupts(device));
}

}  // namespace pierglass::test
