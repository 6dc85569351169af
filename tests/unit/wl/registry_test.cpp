// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

// The arguments of wl_registry.bind for that interface, or nothing.
std::string bind_arguments(FakeCompositor& compositor, std::string_view interface) {
  for (const Request& request : compositor.requests())
    if (request.name == "bind" &&
        request.arguments.find("\"" + std::string(interface) + "\"") != std::string::npos)
      return request.arguments;
  return {};
}

std::string name_of(const testing::TestParamInfo<GlobalRow>& tested) {
  return tested.param.name;
}

std::vector<GlobalRow> rows(bool (*wanted)(const GlobalRow&)) {
  std::vector<GlobalRow> chosen;
  std::ranges::copy_if(global_table(), std::back_inserter(chosen), wanted);
  return chosen;
}

struct EachGlobal : testing::TestWithParam<GlobalRow> {};
INSTANTIATE_TEST_SUITE_P(Table, EachGlobal, testing::ValuesIn(global_table()), name_of);

struct GlobalWithAMinimum : testing::TestWithParam<GlobalRow> {};
INSTANTIATE_TEST_SUITE_P(
    Table, GlobalWithAMinimum,
    testing::ValuesIn(rows([](const GlobalRow& row) { return row.min_version > 1; })), name_of);

struct OptionalGlobal : testing::TestWithParam<GlobalRow> {};
INSTANTIATE_TEST_SUITE_P(Table, OptionalGlobal, testing::ValuesIn(rows([](const GlobalRow& row) {
                           return row.need == Need::Optional;
                         })),
                         name_of);

void expect_missing(Registry& registry, const GlobalRow& row, std::uint32_t advertised) {
  const std::vector<MissingGlobal> missing = registry.audit();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].row->global, row.global);
  EXPECT_EQ(missing[0].advertised, advertised);
  EXPECT_EQ(registry.version(row.global), 0U);
  const Result<void> complete = registry.require();
  EXPECT_EQ(complete.has_value(), row.need == Need::Optional);
  if (!complete) {
    EXPECT_EQ(complete.error().code, ErrorCode::Unsupported);
    EXPECT_STREQ(complete.error().what, row.name);
    EXPECT_EQ(complete.error().got, advertised);
    EXPECT_EQ(complete.error().want, row.min_version);
  }
}

TEST_P(EachGlobal, IsAuditedWhenMissing) {
  const TestClient client({.globals = all_globals_but(GetParam().name)});
  expect_missing(*client.registry, GetParam(), 0);
}

TEST_P(GlobalWithAMinimum, CountsAsMissingWhenTooOld) {
  const GlobalRow& row = GetParam();
  const std::uint32_t older = row.min_version - 1;
  TestClient client({.globals = all_globals_with(row.name, older)});
  expect_missing(*client.registry, row, older);
  EXPECT_EQ(bind_arguments(client.compositor, row.name), "");
}

TEST_P(EachGlobal, IsBoundAtTheVersionThatBothSidesKnow) {
  const GlobalRow& row = GetParam();
  const bool fixed = std::string_view(row.name) == "wl_shm";  // libwayland's server offers 1 only
  for (std::uint32_t offered = row.min_version; offered <= row.max_version + 2; ++offered) {
    if (fixed && offered > 1) break;
    TestClient client({.globals = all_globals_with(row.name, offered)});
    const std::uint32_t expected = std::min(offered, row.max_version);
    EXPECT_EQ(client.registry->version(row.global), expected);
    EXPECT_NE(bind_arguments(client.compositor, row.name)
                  .find("\"" + std::string(row.name) + "\", " + std::to_string(expected) + ", "),
              std::string::npos)
        << bind_arguments(client.compositor, row.name);
  }
}

TEST_P(EachGlobal, HasASentenceForTheUser) {
  const std::string_view sentence = GetParam().without;
  EXPECT_GT(sentence.size(), 20U);
  EXPECT_FALSE(sentence.ends_with('.')) << "the caller ends it";
}

TEST_P(OptionalGlobal, IsNotNeededForAWindow) {
  TestClient client({.globals = all_globals_but(GetParam().name)});
  client.open_window();
  client.open_queue();
  client.draw();
  EXPECT_EQ(client.toplevel().commits.size(), 2U);
}

TEST(RegistryTest, WithEverythingOfferedNothingIsMissing) {
  const TestClient client;
  EXPECT_TRUE(client.registry->audit().empty());
  EXPECT_TRUE(client.registry->require());
}

TEST(RegistryTest, WithNothingOfferedTheRequiredComeFirst) {
  const TestClient client({.globals = {}});
  const std::vector<MissingGlobal> missing = client.registry->audit();
  ASSERT_EQ(missing.size(), kGlobalCount);
  const auto required = [](const MissingGlobal& one) { return one.row->need == Need::Required; };
  EXPECT_TRUE(std::ranges::is_partitioned(missing, required));
  EXPECT_EQ(std::ranges::count_if(missing, required), 3);
  const Result<void> complete = client.registry->require();
  ASSERT_FALSE(complete);
  EXPECT_STREQ(complete.error().what, "wl_compositor");
}

TEST(RegistryTest, AWindowWithoutARequiredGlobalIsRefused) {
  TestClient client({.globals = all_globals_but("xdg_wm_base")});
  const auto window = Window::create(*client.display, *client.registry, {}, client.window_events);
  ASSERT_FALSE(window);
  EXPECT_EQ(window.error().code, ErrorCode::Unsupported);
}

TEST(RegistryTest, AGlobalThatAppearsLateIsBound) {
  TestClient client({.globals = all_globals_but("wp_presentation")});
  ASSERT_EQ(client.registry->presentation(), nullptr);
  client.compositor.add_global({"wp_presentation", 1});
  client.settle();
  EXPECT_NE(client.registry->presentation(), nullptr);
  EXPECT_TRUE(client.registry->audit().empty());
}

TEST(RegistryTest, ASecondGlobalOfTheSameKindIsLeftAlone) {
  TestClient client;
  const wp_viewporter* first = client.registry->viewporter();
  client.compositor.add_global({"wp_viewporter", 1});
  client.settle();
  EXPECT_EQ(client.registry->viewporter(), first);
}

TEST(RegistryTest, AGlobalThatDisappearsHarmsNothing) {
  TestClient client;
  client.open_window();
  client.compositor.remove_global("wp_presentation");
  client.settle();
  client.open_queue();
  client.draw();
  EXPECT_EQ(client.toplevel().commits.size(), 2U);
}

TEST(RegistryTest, UnknownGlobalsAreIgnored) {
  TestClient client({.globals = {{"wl_data_device_manager", 3}, {"wl_compositor", 5}}});
  EXPECT_EQ(bind_arguments(client.compositor, "wl_data_device_manager"), "");
  EXPECT_NE(client.registry->compositor(), nullptr);
}

TEST(RegistryTest, APingIsAnsweredWithItsSerial) {
  TestClient client;
  const std::uint32_t serial = client.compositor.ping();
  client.settle();
  ASSERT_TRUE(client.compositor.wait_for_request("xdg_wm_base", "pong"));
  const auto requests = client.requests();
  EXPECT_EQ(requests[position(requests, "xdg_wm_base", "pong")].arguments, std::to_string(serial));
}

TEST(RegistryTest, ThePresentationClockIsTheCompositors) {
  const TestClient raw({.presentation_clock = CLOCK_MONOTONIC_RAW});
  EXPECT_EQ(raw.registry->presentation_clock(), CLOCK_MONOTONIC_RAW);
  const TestClient none({.globals = all_globals_but("wp_presentation")});
  EXPECT_EQ(none.registry->presentation_clock(), CLOCK_MONOTONIC);
}

}  // namespace
}  // namespace pierglass::wl::test
