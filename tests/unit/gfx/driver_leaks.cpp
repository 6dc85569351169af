// SPDX-License-Identifier: GPL-2.0-or-later
// Mesa's llvmpipe loses a few bytes for each context that draws (112 with 22.3, by Valgrind inside
// glDrawArrays). LeakSanitizer can tell that from leaks of ours only while the driver is loaded.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>

#include <string_view>

#include "tests/unit/gfx/offscreen.hpp"

extern "C" const char* __lsan_default_suppressions() {
  return "leak:swrast_dri.so\nleak:libgallium\n";
}

namespace pierglass::gfx::test {
namespace {

class LoadedDriver final : public ::testing::Environment {
 public:
  void SetUp() override {
    const auto context = OffscreenContext::create();
    ASSERT_TRUE(context) << context.error().what;
    dl_iterate_phdr(
        [](dl_phdr_info* module, std::size_t, void*) {
          const std::string_view name = module->dlpi_name;
          if (name.find("swrast_dri") != name.npos || name.find("libgallium") != name.npos) {
            ::dlopen(module->dlpi_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
          }
          return 0;
        },
        nullptr);
  }
};

[[maybe_unused]] const ::testing::Environment* const kLoadedDriver =
    ::testing::AddGlobalTestEnvironment(new LoadedDriver);

}  // namespace
}  // namespace pierglass::gfx::test
