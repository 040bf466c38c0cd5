#include "parallel/uniform.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <set>
#include <stdexcept>
#include <system_error>

#include "models/base/host_name.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using testing::world;

// What all_or_none threw here when `ranks` failed, each with its own message; empty if nothing.
std::string thrown_when(const std::set<int>& ranks) {
  try {
    all_or_none(world(), [&] {
      if (!ranks.contains(world().rank())) return;
      throw InputError(fmt::format("file {} is missing", world().rank()), "data", "generate it");
    });
  } catch (const UniformError& error) {
    EXPECT_EQ(error.fault(), Fault::Input);
    EXPECT_EQ(error.fix(), "generate it");
    return error.problem() + " | " + error.where();
  }
  return "";
}

std::string expected_from(int rank) {
  const std::string where =
      world().size() > 1 ? fmt::format("data (on rank {}, host {})", rank, host_name()) : "data";
  return fmt::format("file {} is missing | {}", rank, where);
}

TEST(AllOrNone, LetsAllPassWhenNoneFails) {
  EXPECT_EQ(thrown_when({}), "");
}

TEST(AllOrNone, ThrowsTheSameOnEveryRankWhenOneFails) {
  for (int rank = 0; rank < world().size(); ++rank) EXPECT_EQ(thrown_when({rank}), expected_from(rank));
}

TEST(AllOrNone, NamesTheLowestOfSeveralThatFail) {
  std::set<int> ranks;
  for (int rank = world().size() - 1; rank >= 0; --rank) {
    ranks.insert(rank);
    EXPECT_EQ(thrown_when(ranks), expected_from(rank));
  }
}

TEST(AllOrNone, TurnsOtherExceptionsIntoTheMachinesFault) {
  const int last = world().size() - 1;
  const auto fault_of = [&](auto exception) {
    try {
      all_or_none(world(), [&] {
        if (world().rank() == last) throw exception;
      });
    } catch (const UniformError& error) {
      return error.exit_code();
    }
    return 0;
  };
  EXPECT_EQ(fault_of(std::bad_alloc()), 3);
  EXPECT_EQ(fault_of(std::runtime_error("odd")), 3);
  EXPECT_EQ(fault_of(InputError("a", "b", "c")), 2);
}

TEST(AllOrNone, TurnsAPathThatCannotBeUsedIntoTheInputsFault) {
  const auto code_of = [](std::errc reason) {
    try {
      all_or_none(world(), [&] {
        throw std::filesystem::filesystem_error("status", "a/b", std::make_error_code(reason));
      });
    } catch (const UniformError& error) {
      EXPECT_TRUE(error.where().starts_with("a/b"));
      return error.exit_code();
    }
    return 0;
  };
  EXPECT_EQ(code_of(std::errc::permission_denied), 2);
  EXPECT_EQ(code_of(std::errc::too_many_symbolic_link_levels), 2);
  EXPECT_EQ(code_of(std::errc::io_error), 3);
}

TEST(AllOrNone, PassesOnTextsThatAreEmptyOrLong) {
  const std::string text(100000, 'x');
  try {
    all_or_none(world(), [&] { throw MachineError(text, "", ""); });
    FAIL() << "no exception";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.problem(), text);
    EXPECT_EQ(error.fix(), "");
  }
}

TEST(Agree, ThrowsOnEveryRankUnlessAllHoldTheSameValue) {
  EXPECT_NO_THROW(agree(world(), 42, "plans"));
  if (world().size() == 1) return;
  const bool odd_one_out = world().rank() == world().size() - 1;
  try {
    agree(world(), odd_one_out ? 43 : 42, "plans");
    FAIL() << "no exception";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.problem(), fmt::format("plans differ between rank 0 (host {}) and rank {} (host {})",
                                           host_name(), world().size() - 1, host_name()));
  }
}

TEST(RunCollectively, ReturnsTheCodeOfItsBody) {
  EXPECT_EQ(run_collectively(world(), [] { return 143; }), 143);
}

TEST(RunCollectively, PrintsAUniformErrorOnceAndReturnsItsCodeOnAllRanks) {
  ::testing::internal::CaptureStderr();
  const int code = run_collectively(world(), [&]() -> int {
    all_or_none(world(), [&] { throw InputError("no such key", "config", "spell it right"); });
    return 0;
  });
  const std::string printed = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, 2);
  EXPECT_EQ(printed.empty(), world().rank() != 0) << printed;
}

}  // namespace
}  // namespace tessera
