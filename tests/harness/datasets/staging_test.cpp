#include "harness/datasets/staging.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>

#include "harness/workloads/data_share.hpp"
#include "io/arrays/array_generator.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/dataset/data_listing.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/checksum.hpp"
#include "io/files/json_text.hpp"
#include "io/files/lock_record.hpp"
#include "io/files/whole_file.hpp"
#include "models/cosmoflow.hpp"
#include "parallel/uniform.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

// Staging by all ranks of several nodes, which are simulated: two ranks make one, and each has its own disk.
namespace tessera {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::world;

constexpr Extents kSpace{16, 8, 8};
constexpr int kTrainSamples = 13, kValidationSamples = 9;
constexpr int kRanksOfNode = 2;

std::vector<std::byte> sample(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::int16_t> counts(static_cast<std::size_t>(kSpace.count() * 4));
  for (std::int16_t& count : counts) count = static_cast<std::int16_t>(random() % 100);
  return cosmoflow_image(kSpace, 4, counts, {0.5F, 0.5F, 0.5F, 0.5F});
}

void write_data_set(const fs::path& directory) {
  Json checksums;
  for (const auto& [folder, samples] :
       {std::pair{kTrain, kTrainSamples}, std::pair{kValidation, kValidationSamples}}) {
    fs::create_directories(directory / folder);
    for (int i = 0; i < samples; ++i) {
      const std::string name = fmt::format("{}/{:02}.hdf5", folder, i);
      write_whole_file(directory / name, sample(static_cast<unsigned>(i)));
      checksums[name] = checksum_text(checksum_of_file(directory / name));
    }
  }
  write_whole_file(directory / kManifestName, text_of({{"checksums", checksums}}));
  write_whole_file(directory / kStatsName, std::string("ranges"));
}

class StagedByAllRanks : public ::testing::Test {
 protected:
  StagedByAllRanks() {
    std::string path;
    if (world().rank() == 0) {
      temporary_.emplace();
      write_data_set(*temporary_ / "source");
      path = temporary_->path();
    }
    world().broadcast(path, 0);
    root_ = path;
    setenv("TESSERA_NODE", std::to_string(node()).c_str(), 1);
  }
  ~StagedByAllRanks() override {
    unsetenv("TESSERA_NODE");
    world().barrier();
  }
  static int node() { return world().rank() / kRanksOfNode; }
  static int nodes() { return (world().size() + kRanksOfNode - 1) / kRanksOfNode; }
  fs::path disk(int node) const { return root_ / fmt::format("disk{}", node) / "copy"; }
  StagingRequest request(StagingPlan plan) const {
    return {.source = root_ / "source", .directory = disk(node()), .plan = plan, .space = kSpace};
  }
  /// The files of a node's copy that are its source's.
  std::map<std::string, std::string> copied(int node) const {
    std::map<std::string, std::string> files = contents(disk(node));
    std::erase_if(files, [](const auto& file) {
      return file.first == kStagingRecordName || file.first.starts_with(".staging/");
    });
    return files;
  }
  std::uint64_t source_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [name, text] : contents(root_ / "source")) bytes += text.size();
    return bytes;
  }

  std::optional<TemporaryDirectory> temporary_;
  fs::path root_;
};

TEST_F(StagedByAllRanks, AReplicaIsOnEveryNode) {
  const ProcessGrid grid(world(), {.replicas = world().size()});
  ASSERT_EQ(grid.nodes(), nodes());
  const StagingSummary summary = Staging(grid, request(StagingPlan::Replicate)).run();
  world().barrier();  // the locks are released
  EXPECT_TRUE(copied(node()) == contents(root_ / "source"));
  EXPECT_EQ(summary.counts.bytes_read, source_bytes() * static_cast<std::uint64_t>(nodes()));
  EXPECT_EQ(Staging(grid, request(StagingPlan::Replicate)).run().counts.copied, 0);
}

// The last pack of a folder has another shape than the others.
TEST_F(StagedByAllRanks, PacksAreCopiedAsAWhole) {
  const ArrayRecipe recipe{
      .set = "digits", .shape = {28, 28}, .train = 11, .validation = 2, .samples_per_file = 4};
  all_or_none(world(), [&] {
    if (world().rank() != 0) return;
    prepare_directory(root_ / "packs", recipe);
    finish_directory(root_ / "packs", recipe, generate(root_ / "packs", recipe, 0, 1, {}));
  });
  const ProcessGrid grid(world(), {.replicas = world().size()});
  StagingRequest packs = request(StagingPlan::Replicate);
  packs.source = root_ / "packs";
  for (const bool of_a_run : {true, false}) {  // a call of its own knows no numbers of samples
    packs.directory = disk(node()) / (of_a_run ? "run" : "call");
    packs.train = of_a_run ? 9 : 0;
    packs.validation = of_a_run ? 2 : 0;
    packs.may_be_packed = of_a_run;
    Staging(grid, packs).run();
    world().barrier();
    for (const auto& [name, bytes] : contents(root_ / "packs"))
      EXPECT_TRUE(read_whole_file(packs.directory / name) == bytes) << name;
    all_or_none(world(), [&] {
      const DataListing listing = list_data(packs.directory);
      check_staged_copy(listing, drawn_files(listing, {{{0, 9}}, {{0, 2}}}, 9, 2), {});
    });
  }
  packs.directory = disk(node()) / "shard";
  packs.plan = StagingPlan::Shard;
  packs.train = 9;
  packs.validation = 2;
  packs.may_be_packed = true;
  EXPECT_THAT(message_of<UniformError>([&] { Staging(grid, packs); }),
              HasSubstr("packs of samples are staged as a whole, and not by the plan shard"));
}

TEST_F(StagedByAllRanks, ShardsTogetherAreTheDataSetAndEachSampleIsReadOnce) {
  const ProcessGrid grid(world(), {.replicas = world().size()});
  const StagingSummary summary = Staging(grid, request(StagingPlan::Shard)).run();
  world().barrier();
  const std::map<std::string, std::string> source = contents(root_ / "source");
  std::map<std::string, int> times;
  for (int node = 0; node < nodes(); ++node)
    for (const auto& [name, bytes] : copied(node)) {
      EXPECT_TRUE(bytes == source.at(name)) << name;
      ++times[name];
    }
  EXPECT_EQ(times.size(), source.size());
  std::uint64_t common = 0;  // the files that every node needs
  for (const auto& [name, count] : times) {
    const bool is_sample = name.find(".hdf5") != std::string::npos;
    EXPECT_EQ(count, is_sample ? 1 : nodes()) << name;
    if (!is_sample) common += source.at(name).size();
  }
  EXPECT_EQ(summary.counts.bytes_read, source_bytes() + common * static_cast<std::uint64_t>(nodes() - 1));
}

TEST_F(StagedByAllRanks, SlabsTogetherAreTheDataSetAndNoMoreThanTheirMarginsAreReadTwice) {
  const int parts = std::min(4, world().size());
  const GridDims dims{.replicas = world().size() / parts, .depth = parts};
  const ProcessGrid grid(world(), dims);
  CosmoflowArchitecture network;
  network.space = kSpace;
  network.conv_layers = 3;
  StagingRequest request = this->request(StagingPlan::Slab);
  request.box_of_part = boxes_of_parts(cosmoflow(network), dims);
  const StagingSummary summary = Staging(grid, request).run();
  world().barrier();

  const Box mine = request.box_of_part[static_cast<std::size_t>(grid.part())];
  const Box held = read_staged_copy(disk(node()))->box.value();
  EXPECT_TRUE(held.contains(mine));
  const Hdf5File copy(disk(node()) / "train/07.hdf5"), source(root_ / "source/train/07.hdf5");
  std::vector<std::int16_t> here(static_cast<std::size_t>(mine.count() * 4)), there(here.size());
  read_cosmoflow_counts(copy, within(held, mine), 4, here);
  read_cosmoflow_counts(source, mine, 4, there);
  EXPECT_EQ(here, there);
  // Two parts a node, each with a margin of one row of sixteen on the inside.
  if (parts == 4 && dims.replicas == 1) {
    EXPECT_LT(static_cast<double>(summary.counts.bytes_read), 1.2 * static_cast<double>(source_bytes()));
  }
}

TEST_F(StagedByAllRanks, ADirectoryThatAllNodesSeeIsStagedToOnce) {
  const ProcessGrid grid(world(), {.replicas = world().size()});
  StagingRequest request = this->request(StagingPlan::Replicate);
  request.directory = disk(0);
  request.shared = true;
  const StagingSummary summary = Staging(grid, request).run();
  world().barrier();  // the lock is released
  EXPECT_TRUE(copied(0) == contents(root_ / "source"));
  EXPECT_EQ(summary.counts.bytes_read, source_bytes());
}

TEST_F(StagedByAllRanks, NodesThatMeetInOneDirectoryUnawaresAreRefusedTogether) {
  if (nodes() == 1) return;
  const ProcessGrid grid(world(), {.replicas = world().size()});
  StagingRequest request = this->request(StagingPlan::Replicate);
  request.directory = disk(0);
  EXPECT_THAT(message_of<UniformError>([&] { Staging(grid, request).run(); }), HasSubstr("--shared"));
}

TEST_F(StagedByAllRanks, ADirectoryThatAnotherProcessTookOverIsLeftAloneSoonByAllRanks) {
  constexpr int kMany = 600;
  constexpr std::size_t kMostOfARank = 256;
  if (world().rank() == 0)
    for (int i = kTrainSamples; i < kMany; ++i)
      fs::copy_file(root_ / "source/train/00.hdf5", root_ / fmt::format("source/train/{}.hdf5", i));
  world().barrier();
  const ProcessGrid grid(world(), {.replicas = world().size()});
  Staging staging(grid, request(StagingPlan::Replicate));
  if (world().rank() == 0) {
    LockRecord record = record_of_this_process();
    record.token = "of another";
    write_whole_file(disk(0) / ".staging" / kLockName, to_text(record));
  }
  world().barrier();
  EXPECT_THAT(message_of<UniformError>([&] { staging.run(); }), HasSubstr("was taken over by"));
  world().barrier();
  const std::size_t others = static_cast<std::size_t>(std::min(kRanksOfNode, world().size()) - 1);
  EXPECT_LE(contents(disk(0) / "train").size(), others * kMostOfARank);
}

TEST_F(StagedByAllRanks, WhatOneRankMeetsAllThrow) {
  if (world().rank() == 0) fs::resize_file(root_ / "source/validation/08.hdf5", 1000);
  world().barrier();
  const ProcessGrid grid(world(), {.replicas = world().size()});
  EXPECT_THAT(message_of<UniformError>([&] { Staging(grid, request(StagingPlan::Shard)).run(); }),
              HasSubstr("validation/08.hdf5"));
  EXPECT_FALSE(read_staged_copy(disk(node()))->complete);
}

}  // namespace
}  // namespace tessera
