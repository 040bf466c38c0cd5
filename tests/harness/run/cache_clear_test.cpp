#include "harness/run/cache_clear.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "io/files/whole_file.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

// On nodes that are simulated: two ranks make one.
namespace tessera {
namespace {

using testing::world;

constexpr int kRanksOfNode = 2;

class CacheClearTest : public ::testing::Test {
 protected:
  CacheClearTest() { setenv("TESSERA_NODE", std::to_string(node()).c_str(), 1); }
  ~CacheClearTest() override { unsetenv("TESSERA_NODE"); }
  static int node() { return world().rank() / kRanksOfNode; }
};

/// Files that are never read as samples.
class Files final : public Dataset {
 public:
  explicit Files(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}
  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }
  std::filesystem::path file(std::int64_t sample) const override {
    return files_[static_cast<std::size_t>(sample)];
  }
  void check_first_sample() const override {}
  void read_input(std::int64_t, int, TensorView) const override {}
  void read_target(std::int64_t, TensorView) const override {}
  std::uint64_t bytes_read() const override { return 0; }

 private:
  std::vector<std::filesystem::path> files_;
};

bool is_cached(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* const memory = ::mmap(nullptr, 1, PROT_READ, MAP_SHARED, file, 0);
  unsigned char resident = 0;
  EXPECT_EQ(::mincore(memory, 1, &resident), 0);
  ::munmap(memory, 1);
  ::close(file);
  return (resident & 1) != 0;
}

TEST_F(CacheClearTest, EachSampleThatAReplicaReadsFirstIsOneRanksOfEachOfItsNodes) {
  constexpr std::int64_t kEvaluated = 21;
  for (const int parts : {1, 2}) {
    if (world().size() % parts != 0) continue;
    const ProcessGrid grid(world(), {.replicas = world().size() / parts, .depth = parts});
    std::vector<std::int64_t> training(7);
    std::iota(training.begin(), training.end(), 100 * grid.replica());
    const SamplesToClear mine = samples_read_first(grid, training, kEvaluated);
    // By sample, the ranks of all that name it; every replica is on one node here.
    std::vector<double> trained(static_cast<std::size_t>(100 * world().size())), evaluated(kEvaluated);
    for (const std::int64_t sample : mine.training) ++trained[static_cast<std::size_t>(sample)];
    for (const std::int64_t sample : mine.validation) ++evaluated[static_cast<std::size_t>(sample)];
    world().sum(trained);
    world().sum(evaluated);
    EXPECT_EQ(std::accumulate(trained.begin(), trained.end(), 0.0),
              static_cast<double>(7 * grid.dims().replicas));
    for (const std::int64_t sample : training) EXPECT_EQ(trained[static_cast<std::size_t>(sample)], 1);
    EXPECT_TRUE(std::ranges::all_of(evaluated, [](double times) { return times == 1; }));
  }
}

TEST_F(CacheClearTest, SamplesThatAreInNoFileLeaveNothingCached) {
  const Files none({"", ""});
  const ProcessGrid grid(world(), {.replicas = world().size()});
  const CacheClear cleared = clear_caches(grid, none, none, {{0, 1}, {0}});
  EXPECT_TRUE(cleared.complete) << cleared.done;
}

TEST_F(CacheClearTest, NoPageOfAFileIsLeftThatIsSaidToBeCleared) {
  const TemporaryDirectory directory;
  struct statfs system {};
  ASSERT_EQ(::statfs(directory.path().c_str(), &system), 0);
  if (world().max(system.f_type == TMPFS_MAGIC ? 1 : 0) == 1)
    GTEST_SKIP() << "the temporary directory is in memory";
  const Files training({directory / "a", directory / "b"}), validation({directory / "c"});
  for (const char* name : {"a", "b", "c"}) write_whole_file(directory / name, std::string(4096, 'x'));
  const ProcessGrid grid(world(), {.replicas = world().size()});
  world().barrier();
  const CacheClear cleared = clear_caches(grid, training, validation, {{0, 1}, {0}});
  EXPECT_TRUE(cleared.complete);
  EXPECT_THAT(cleared.done, ::testing::StartsWith("on " + std::to_string(grid.nodes()) + " node"));
  for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(is_cached(directory / name)) << cleared.done;
}

}  // namespace
}  // namespace tessera
