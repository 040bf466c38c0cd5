#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/bench/exchange_bench.hpp"
#include "harness/bench/io_bench.hpp"
#include "harness/bench/reduce_bench.hpp"
#include "harness/bench/step_bench.hpp"
#include "harness/workloads/cosmoflow_workload.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/partition_plan.hpp"
#include "parallel/uniform.hpp"
#include "support/chunked_file.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

// What the benchmarks say of themselves; how fast things are is not tested.
namespace tessera {
namespace {

using testing::world;

CosmoflowWorkload tiny() {
  Config config;
  config.of_benchmark = CosmoflowConfig();
  cosmoflow_of(config).input_shape = {16, 16, 16, 4};
  cosmoflow_of(config).n_conv_layers = 4;
  cosmoflow_of(config).conv_size = 8;
  return {config, 1};
}

StepBench bench_of(const ComputeConfig& compute) {
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  return bench_step(tiny(), grid, compute, {grid.dims().replicas, 1, 1}, 3);
}

bool exchanges(const BenchedCall& call) {
  return call.call == "gather" || call.call == "scatter_add";
}

TEST(StepBench, AccountsForTheTimeOfAStepOnEveryRank) {
  const StepBench bench = bench_of({});
  for (const MinMedianMax* part :
       {&bench.compute_seconds, &bench.exposed_exchange_seconds, &bench.exposed_reduction_seconds}) {
    EXPECT_LE(part->min, part->median);
    EXPECT_LE(part->median, part->max);
    EXPECT_LE(part->max, bench.step_seconds.max);
  }
  ASSERT_EQ(bench.slowest_step_seconds.size(), 3U);
  EXPECT_GE(median(bench.slowest_step_seconds), bench.step_seconds.max)
      << "each round has the slowest of its ranks";
  EXPECT_LT(*std::ranges::min_element(bench.slowest_step_seconds),
            *std::ranges::max_element(bench.slowest_step_seconds));
  EXPECT_GT(bench.compute_seconds.min, 0);
  EXPECT_GT(bench.compute_cpu_seconds, 0);
  EXPECT_GT(bench.ceiling_seconds, 0);
  EXPECT_EQ(std::ranges::any_of(bench.calls, exchanges), world().size() > 1);
  EXPECT_EQ(bench.exposed_exchange_seconds.max > 0, world().size() > 1);
}

TEST(StepBench, CountsTheWorkOfTheBoxesOwnedHere) {
  const StepBench bench = bench_of({});
  double flop = 0;
  for (const BenchedCall& call : bench.calls) flop += call.flop;
  const Graph graph = tiny().graph(1);
  const auto kernels = make_reference_kernels(Element::F32);
  const PartitionPlan plan =
      plan_partition(graph, bench.grid, *kernels, ParameterStore(graph.parameters(), Element::F32));
  if (world().rank() == 0) {
    EXPECT_EQ(flop, plan.part_flop()[0]);
  }
}

TEST(StepBench, MeasuresTheKernelsThatTheConfigurationNames) {
  for (const Element element : {Element::F32, Element::F64, Element::BF16}) {
    const StepBench bench = bench_of({.kernels = KernelChoice::Reference, .element = element});
    EXPECT_EQ(to_json(bench).at("element"), name_of(element));
    for (const BenchedCall& call : bench.calls)
      EXPECT_TRUE(call.implementation.empty() || call.implementation == "reference");
    EXPECT_TRUE(std::ranges::any_of(
        bench.calls, [](const BenchedCall& call) { return call.implementation == "reference"; }));
    EXPECT_EQ(bench.ceiling_seconds, 0) << "oneDNN's primitives are no ceiling of other kernels";
    EXPECT_FALSE(to_json(bench).contains("ceiling_seconds"));
  }
}

TEST(ExchangeBench, MeasuresEveryExchangeOfTheGraph) {
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const Graph graph = tiny().graph(1);
  if (world().size() == 1) {
    EXPECT_THROW(bench_exchanges(graph, grid, Element::F32, 3), UniformError);
    return;
  }
  const ExchangeBench bench = bench_exchanges(graph, grid, Element::F32, 3);
  ASSERT_FALSE(bench.exchanges.empty());
  EXPECT_EQ(bench.exchanges.front().reader, "conv3d_1");
  EXPECT_EQ(bench.exchanges.back().reader, "flatten");
  for (const BenchedExchange& exchange : bench.exchanges)
    for (const double seconds : {exchange.gather_seconds.min, exchange.scatter_add_seconds.min,
                                 exchange.ping_pong_seconds, exchange.memcpy_seconds.min})
      EXPECT_GT(seconds, 0) << exchange.reader;
  // A plane of 8 x 8 elements of 8 channels to each neighbour.
  EXPECT_EQ(bench.exchanges.front().messages, std::min(world().size() - 1, 2));
  EXPECT_EQ(bench.exchanges.front().bytes, bench.exchanges.front().messages * 8 * 8 * 8 * 4);
}

TEST(ExchangeBench, SendsTensorsInTheElementOfTheNetwork) {
  if (world().size() == 1) GTEST_SKIP() << "one rank sends nothing";
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const ExchangeBench single = bench_exchanges(tiny().graph(1), grid, Element::F32, 1),
                      half = bench_exchanges(tiny().graph(1), grid, Element::BF16, 1);
  ASSERT_EQ(half.exchanges.size(), single.exchanges.size());
  for (std::size_t i = 0; i < half.exchanges.size(); ++i)
    EXPECT_EQ(2 * half.exchanges[i].bytes, single.exchanges[i].bytes) << half.exchanges[i].reader;
}

TEST(IoBench, MeasuresTheWayOfSamplesToTheNetwork) {
  Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture.yaml");
  CosmoflowWorkload workload(config, 1);
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const IoBench bench = bench_io(workload, workload.graph(2), grid, config.data, Element::F32, 2, 3, 3);
  EXPECT_EQ(bench.samples, 4) << "whole batches";
  std::vector<std::string> names;
  for (const BenchedFlow& flow : bench.flows) {
    names.push_back(flow.name);
    EXPECT_GT(flow.seconds.min, 0) << flow.name;
    EXPECT_GT(flow.ceiling_seconds.min, 0) << flow.name;
  }
  // The fixture's augmentation moves the part of a split sample about, so that it can't be kept.
  const bool whole = world().size() == 1;
  EXPECT_EQ(names, (std::vector<std::string>{"read", whole ? "convert" : "read and convert", "feed"}));
  if (whole) {
    EXPECT_EQ(bench.flows[0].bytes, 4U * 16 * 16 * 16 * 4 * 2);  // samples of int16
    EXPECT_EQ(bench.flows[1].bytes, 4U * 16 * 16 * 16 * 4 * 4);  // of float
    const IoBench half = bench_io(workload, workload.graph(2), grid, config.data, Element::BF16, 2, 3, 1);
    EXPECT_EQ(half.flows[0].bytes, bench.flows[0].bytes);
    EXPECT_EQ(half.flows[1].bytes, bench.flows[1].bytes / 2);
  }
}

/// One for all ranks, by its path.
std::string shared_directory(std::optional<TemporaryDirectory>& directory) {
  std::string path;
  if (world().rank() == 0) path = directory.emplace().path().string();
  world().broadcast(path, 0);
  return path;
}

TEST(IoBench, MeasuresStagingAndLeavesNothingOfItButWhatWasThere) {
  namespace fs = std::filesystem;
  Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture.yaml");
  CosmoflowWorkload workload(config, 1);
  const ProcessGrid grid(world(), {1, 1, 1, world().size()});
  std::optional<TemporaryDirectory> directory;
  const fs::path path = shared_directory(directory);
  const auto names = {"0/mine", "1/mine", "staged/mine"};
  if (world().rank() == 0)
    for (const char* name : names) {
      fs::create_directory((path / name).parent_path());
      write_whole_file(path / name, std::string("years of work"));
    }
  world().barrier();
  const IoBench bench = bench_io(workload, workload.graph(1), grid, config.data, Element::F32, 1, 2, 1, path);
  EXPECT_EQ(bench.flows[1].name, "stage");
  EXPECT_EQ(bench.flows[1].ceiling, "copy");
  EXPECT_EQ(bench.flows[2].name, "re-read");
  if (world().size() == 1) {
    EXPECT_GT(bench.flows[1].bytes, 2U * 16 * 16 * 16 * 4 * 2);
    EXPECT_EQ(bench.flows[2].bytes, 2U * 16 * 16 * 16 * 4 * 2);
  }
  world().barrier();
  EXPECT_EQ(contents(path).size(), names.size());
  for (const char* name : names) EXPECT_TRUE(fs::exists(path / name)) << name;
  EXPECT_EQ(std::distance(fs::directory_iterator(path), {}), 3);
  world().barrier();
}

TEST(IoBench, LeavesNothingOfStagingThatFails) {
  namespace fs = std::filesystem;
  Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture.yaml");
  std::optional<TemporaryDirectory> directory;
  const fs::path path = shared_directory(directory), data = path / "data", stage = path / "stage";
  if (world().rank() == 0) {
    fs::copy(config.data.data_dir, data, fs::copy_options::recursive);
    fs::resize_file(data / "validation/universe_000000.hdf5", 100);
  }
  world().barrier();
  config.data.data_dir = data.string();
  CosmoflowWorkload workload(config, 1);
  const ProcessGrid grid(world(), {1, 1, 1, world().size()});
  EXPECT_THAT(message_of<UniformError>([&] {
                bench_io(workload, workload.graph(1), grid, config.data, Element::F32, 1, 2, 1, stage);
              }),
              ::testing::HasSubstr("validation/universe_000000.hdf5"));
  world().barrier();
  EXPECT_TRUE(fs::is_empty(stage));
  world().barrier();
}

/// Samples whose inputs have no numbers for elements.
class TextSamples final : public WorkloadData, public Dataset {
 public:
  explicit TextSamples(const std::filesystem::path& file) : file_(file) {
    ChunkedFile sample(file);
    const ChunkedForm input{.shape = {16, 16, 16, 4}, .chunk = {16, 16, 16, 4}},
        target{.shape = {4}, .chunk = {4}};
    sample.add("x", H5T_C_S1, input, std::vector<char>(std::size_t{16} * 16 * 16 * 4));
    sample.add("y", H5T_NATIVE_FLOAT, target, std::vector<float>(4));
  }
  bool keeps_boxes() const override { return true; }
  bool in_files() const override { return false; }  // to be listed
  void open_data(DataListing, const DataShare&) override {}
  const Dataset& training() const override { return *this; }
  const Dataset& validation() const override { return *this; }
  std::string target_name() const override { return "nothing"; }
  std::int64_t target_channels() const override { return 4; }
  std::string kept_axes() const override { return "none"; }

  std::int64_t size() const override { return 1; }
  std::filesystem::path file(std::int64_t) const override { return file_; }
  void check_first_sample() const override {}
  void read_input(std::int64_t, int, TensorView) const override {}
  void read_target(std::int64_t, TensorView) const override {}
  std::uint64_t bytes_read() const override { return 0; }

 private:
  std::filesystem::path file_;
};

TEST(IoBench, RefusesElementsThatAreNotRead) {
  const TemporaryDirectory directory;
  TextSamples samples(directory / "a.hdf5");
  DataConfig data;
  data.n_train = data.n_valid = 1;
  const ProcessGrid grid(world(), {.replicas = world().size()});
  EXPECT_THAT(message_of<UniformError>(
                  [&] { bench_io(samples, tiny().graph(1), grid, data, Element::F32, 1, 1, 1); }),
              ::testing::HasSubstr("'x' has elements of a type that isn't read"));
}

TEST(ReduceBench, MeasuresEveryBucketAndAllOfThem) {
  const Graph graph = tiny().graph(1);
  if (world().size() == 1) {
    EXPECT_THROW(bench_reductions(graph, world(), Element::F32, 3), UniformError);
    return;
  }
  const ReduceBench bench = bench_reductions(graph, world(), Element::F32, 3);
  std::size_t bytes = 0;
  for (const BenchedReduction& bucket : bench.buckets) {
    bytes += bucket.bytes;
    EXPECT_GT(bucket.seconds.min, 0);
    EXPECT_GT(bucket.all_reduce_seconds.min, 0);
  }
  EXPECT_EQ(bench.all.bytes, bytes);
  EXPECT_EQ(bench.all.parameters.size(), graph.parameters().size());
  const ReduceBench beside_half = bench_reductions(graph, world(), Element::BF16, 1);
  EXPECT_EQ(beside_half.all.bytes, bytes) << "gradients of parameters are in float32 there, too";
  EXPECT_EQ(to_json(beside_half).at("element"), "float32");
}

}  // namespace
}  // namespace tessera
