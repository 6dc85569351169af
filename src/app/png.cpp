// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/png.hpp"

#include <fcntl.h>
#include <spng.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "app/statistics.hpp"
#include "base/fd.hpp"
#include "base/handle.hpp"

namespace pierglass::app {
namespace {

struct EncoderTraits {
  using Value = spng_ctx*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value encoder) noexcept { spng_ctx_free(encoder); }
};
using Encoder = Handle<EncoderTraits>;

// A file that vanishes unless it takes its place.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path), name_(path + '.' + std::to_string(getpid()) + ".part") {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    stream_.reset();
    if (created_) unlink(name_.c_str());
  }

  Result<void> open() {
    Fd fd(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd) return fail_os(OsErrorKind::Errno, errno, "open");
    created_ = true;
    stream_.reset(fdopen(fd.get(), "wb"));
    if (stream_ == nullptr) return fail_os(OsErrorKind::Errno, errno, "fdopen");
    (void)fd.release();
    return {};
  }

  Result<void> take_place() {
    if (std::fclose(stream_.release()) != 0) return fail_os(OsErrorKind::Errno, errno, "fclose");
    if (std::rename(name_.c_str(), path_.c_str()) != 0) {
      return fail_os(OsErrorKind::Errno, errno, "rename");
    }
    created_ = false;
    return {};
  }

  [[nodiscard]] std::FILE* stream() const { return stream_.get(); }

 private:
  const std::string& path_;
  std::string name_;
  Stream stream_;
  bool created_ = false;
};

std::vector<std::uint8_t> rgb_of(std::span<const std::uint32_t> pixels) {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(pixels.size() * 3);
  for (const std::uint32_t pixel : pixels) {
    for (const int shift : {16, 8, 0}) rgb.push_back(static_cast<std::uint8_t>(pixel >> shift));
  }
  return rgb;
}

Result<void> encode(std::FILE* stream, Size size, std::span<const std::uint32_t> pixels) {
  const Encoder encoder(spng_ctx_new(SPNG_CTX_ENCODER));
  if (!encoder) return fail(ErrorCode::OsCall, "spng_ctx_new");
  spng_ihdr header{};
  header.width = size.width;
  header.height = size.height;
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
  const std::vector<std::uint8_t> rgb = rgb_of(pixels);
  int error = spng_set_png_file(encoder.get(), stream);
  if (error == 0) error = spng_set_ihdr(encoder.get(), &header);
  if (error == 0) {
    error = spng_encode_image(encoder.get(), rgb.data(), rgb.size(), SPNG_FMT_PNG,
                              SPNG_ENCODE_FINALIZE);
  }
  if (error != 0 || std::fflush(stream) != 0) return fail(ErrorCode::OsCall, "writing the picture");
  return {};
}

}  // namespace

Result<void> write_png(const std::string& path, Size size, std::span<const std::uint32_t> pixels) {
  if (size.area() == 0 || size.area() != pixels.size()) {
    return fail(ErrorCode::InvalidArgument, "picture size", pixels.size(), size.area());
  }
  NewFile file(path);
  TRY(file.open());
  TRY(encode(file.stream(), size, pixels));
  return file.take_place();
}

}  // namespace pierglass::app
