#include "support/mpi_tests.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"
#include "support/mpi_world.hpp"

// Tests on several ranks: rank 0 speaks for all, prints each failure once with the ranks that saw
// it, and every rank leaves with a failure when any had one.
namespace tessera::testing {
namespace {

const Communicator* the_world = nullptr;

std::string text_of(const ::testing::TestPartResult& part) {
  return fmt::format("{}:{}: {}\n", part.file_name() ? part.file_name() : "", part.line_number(),
                     part.message());
}

class OneVoice final : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo& test) override {
    if (world().rank() == 0) fmt::print("[ RUN      ] {}.{}\n", test.test_suite_name(), test.name());
    std::fflush(stdout);
  }

  void OnTestPartResult(const ::testing::TestPartResult& part) override {
    if (part.failed()) failures_ += text_of(part);
    // As GoogleTest itself says it.
    if (part.skipped() && world().rank() == 0)
      fmt::print("{}:{}: Skipped\n{}\n", part.file_name() ? part.file_name() : "", part.line_number(),
                 part.message());
  }

  void OnTestEnd(const ::testing::TestInfo& test) override {
    const std::vector<std::string> all = world().gather(failures_, 0);
    failures_.clear();
    std::map<std::string, std::string> ranks_by_text;
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
      if (!all[rank].empty()) ranks_by_text[all[rank]] += fmt::format(" {}", rank);
    }
    for (const auto& [text, ranks] : ranks_by_text) fmt::print("on rank{}:\n{}", ranks, text);
    if (world().rank() == 0) {
      const bool skipped = test.result()->Skipped();
      fmt::print("[ {} ] {}.{} ({} ms)\n",
                 !ranks_by_text.empty() ? " FAILED " : (skipped ? " SKIPPED" : "      OK"),
                 test.test_suite_name(), test.name(), test.result()->elapsed_time());
    }
    std::fflush(stdout);
  }

 private:
  std::string failures_;
};

}  // namespace

const Communicator& world() {
  return *the_world;
}

int run_mpi_tests(int argc, char** argv) {
  MpiEnvironment mpi(argc, argv);
  the_world = &mpi.world();
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::TestEventListeners& listeners = ::testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new OneVoice);  // GoogleTest owns it
  return mpi.ends_with(static_cast<int>(mpi.world().max(RUN_ALL_TESTS())));
}

}  // namespace tessera::testing
