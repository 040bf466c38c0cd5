#include "harness/bench/io_bench.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>

#include "harness/datasets/staging.hpp"
#include "harness/plan/grid_report.hpp"
#include "harness/process/message_times.hpp"
#include "harness/workloads/shared_listing.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/dataset/loader.hpp"
#include "io/hdf5/hdf5_chunks.hpp"
#include "io/staging/staging_directory.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

/// The samples that this rank measures with, of each its part.
struct Share {
  const Dataset& dataset;
  std::vector<std::int64_t> samples;
  Layout input, target;  // of a batch
};

Share share_of(const Workload& workload, const ProcessGrid& grid, std::int64_t batch, std::int64_t samples) {
  const Graph graph = workload.graph(batch);
  const std::vector<Box> owned = place(graph, Partition(grid.dims()), grid.part()).owned;
  Share share{workload.training(),
              std::vector<std::int64_t>(static_cast<std::size_t>((samples + batch - 1) / batch * batch)),
              {batch, graph.shape(0).c, owned[0]},
              {batch, workload.target_channels(), owned[static_cast<std::size_t>(graph.output())]}};
  const auto first = static_cast<std::int64_t>(share.samples.size()) * grid.replica();
  for (std::size_t i = 0; i < share.samples.size(); ++i)
    share.samples[i] = (first + static_cast<std::int64_t>(i)) % share.dataset.size();
  return share;
}

/// Both are timed in turn, so that they meet the same disturbances; a round before doesn't count. `prepare`
/// is called before each round, off the clock.
template <class Body, class Ceiling>
BenchedFlow time(
    const Communicator& world, std::int64_t repeats, const std::string& name, std::size_t bytes, Body&& body,
    const std::string& ceiling_name, Ceiling&& ceiling, const std::function<void()>& prepare = [] {}) {
  std::vector<double> seconds, ceiling_seconds;
  for (std::int64_t round = -1; round < repeats; ++round) {
    prepare();
    world.barrier();
    Stopwatch watch;
    body(static_cast<int>(round + 1));
    const double of_body = watch.seconds();
    world.barrier();
    watch.lap();
    ceiling();
    if (round < 0) continue;
    ceiling_seconds.push_back(watch.seconds());
    seconds.push_back(of_body);
  }
  return {name, bytes, spread_over(world, median(seconds)), ceiling_name,
          spread_over(world, median(ceiling_seconds))};
}

/// Memory to memory, a sample at a time.
class Copy {
 public:
  Copy(std::size_t bytes, std::size_t times) : from_(bytes), to_(bytes), times_(times) {}
  void operator()() {
    for (std::size_t i = 0; i < times_; ++i) std::memcpy(to_.data(), from_.data(), from_.size());
  }

 private:
  AlignedBytes from_, to_;
  std::size_t times_;
};

/// A sample's data set in its file, of elements T.
template <class T>
class StoredSample {
 public:
  StoredSample(const std::filesystem::path& path, const Box& part) : file_(path) {
    name_ = holds_cosmoflow_data(file_) ? "x" : "climate/data";
    const std::vector<std::int64_t> shape = file_.describe(name_).shape;
    block_ = {part.h, part.w, {0, shape.back()}};
    if (shape.size() == 4) block_.insert(block_.begin(), part.d);
    auto chunks = Hdf5Chunks::open<T>(file_, name_);
    if (chunks && !chunks->filters().applied.empty()) chunks_.emplace(std::move(*chunks));
  }
  bool filtered() const { return chunks_.has_value(); }
  std::size_t elements() const {
    return std::accumulate(block_.begin(), block_.end(), std::size_t{1}, [](std::size_t n, Interval axis) {
      return n * static_cast<std::size_t>(axis.size());
    });
  }
  /// As it is stored. Returns how many bytes that was.
  std::size_t read(std::vector<T>& dense, std::vector<StoredChunk>& chunks) const {
    if (!chunks_) {
      dense.resize(elements());
      file_.read<T>(name_, block_, dense);
      return dense.size() * sizeof(T);
    }
    const auto firsts = chunks_->firsts(block_);
    chunks.resize(firsts.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
      chunks_->fetch(firsts[i], chunks[i]);
      bytes += chunks[i].bytes.size();
    }
    return bytes;
  }
  void undo_filters(const std::vector<StoredChunk>& chunks) const {
    ChunkDecoder decoder(chunks_->filters(), chunks_->chunk_bytes());
    for (const StoredChunk& chunk : chunks)
      if (!chunk.bytes.empty()) decoder.decode(chunk.bytes, chunk.skipped);
  }
  std::size_t inflated_bytes() const { return chunks_->firsts(block_).size() * chunks_->chunk_bytes(); }

 private:
  Hdf5File file_;
  std::string name_;
  std::vector<Interval> block_;
  std::optional<Hdf5Chunks> chunks_;
};

void pread_file(const std::filesystem::path& path, std::vector<std::byte>& into) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::size_t read = 0;
  while (file >= 0 && read < into.size()) {
    const ssize_t more = ::pread(file, into.data() + read, into.size() - read, static_cast<off_t>(read));
    if (more <= 0) break;
    read += static_cast<std::size_t>(more);
  }
  if (file >= 0) ::close(file);
}

/// Reading what files store, and undoing their filters.
template <class T>
void bench_files(const Communicator& world, const Share& share, std::int64_t repeats,
                 std::vector<BenchedFlow>& flows) {
  std::vector<T> dense;
  std::vector<StoredChunk> chunks;
  std::size_t stored = 0, inflated = 0;
  bool filtered = false;
  all_or_none(world, [&] {
    for (const std::int64_t i : share.samples) {
      const StoredSample<T> sample(share.dataset.file(i), share.input.box);
      stored += sample.read(dense, chunks);
      if (sample.filtered()) inflated += sample.inflated_bytes();
    }
    filtered = inflated > 0;
  });
  const auto read_all = [&](int) {
    for (const std::int64_t i : share.samples)
      StoredSample<T>(share.dataset.file(i), share.input.box).read(dense, chunks);
  };
  std::vector<std::byte> plain(stored / share.samples.size());
  flows.push_back(time(world, repeats, "read", stored, read_all, "pread", [&] {
    for (const std::int64_t i : share.samples) pread_file(share.dataset.file(i), plain);
  }));
  if (world.max(filtered ? 1 : 0) == 0) return;
  const StoredSample<T> sample(share.dataset.file(share.samples.front()), share.input.box);
  sample.read(dense, chunks);
  const std::size_t bytes = sample.filtered() ? sample.inflated_bytes() : 0;
  const auto undo = [&](int) {
    if (sample.filtered()) sample.undo_filters(chunks);
  };
  flows.push_back(time(world, repeats, "inflate", bytes, undo, "memcpy", Copy(bytes, 1)));
}

/// Staging the files of the first `samples` to a directory, and reading them there.
template <class T>
void bench_staging(const ProcessGrid& grid, const Share& share, std::int64_t samples,
                   const std::filesystem::path& source, const std::filesystem::path& directory,
                   std::int64_t repeats, std::vector<BenchedFlow>& flows) {
  namespace fs = std::filesystem;
  const Communicator& world = grid.world();
  const fs::path staged = directory / "staged", copied = directory / std::to_string(world.rank());
  std::vector<fs::path> mine;
  for (std::int64_t i = world.rank(); i < samples; i += world.size()) mine.push_back(share.dataset.file(i));
  StagingSummary summary;
  const Communicator node = world.split(grid.node(), world.rank());
  const auto clear = [&] {
    all_or_none(world, [&] {
      fs::remove_all(copied);
      fs::create_directories(copied);
    });
    all_or_none(world, [&] {
      if (node.rank() == 0 && fs::exists(staged)) clean_staging(staged);
    });
  };
  const auto stage = [&](int) {
    StagingRequest request{.source = source, .directory = staged, .train = samples, .validation = 1};
    summary = Staging(grid, std::move(request)).run();
  };
  const auto copy = [&] {
    all_or_none(world, [&] {
      for (const fs::path& file : mine) fs::copy_file(file, copied / file.filename());
    });
  };
  BenchedFlow flow = time(world, repeats, "stage", 0, stage, "copy", copy, clear);
  flow.bytes = summary.counts.bytes_written / static_cast<std::size_t>(world.size());
  flows.push_back(flow);

  std::vector<T> dense;
  std::vector<StoredChunk> chunks;
  std::size_t bytes = 0;
  const auto read = [&](int) {
    bytes = 0;
    for (const fs::path& file : mine)
      bytes += StoredSample<T>(staged / file.parent_path().filename() / file.filename(), share.input.box)
                   .read(dense, chunks);
  };
  all_or_none(world, [&] { read(0); });
  std::vector<std::byte> plain(bytes / std::max<std::size_t>(1, mine.size()));
  flows.push_back(time(world, repeats, "re-read", bytes, read, "pread", [&] {
    for (const fs::path& file : mine)
      pread_file(staged / file.parent_path().filename() / file.filename(), plain);
  }));
  clear();
  all_or_none(world, [&] { fs::remove_all(copied); });
}

/// From what is in memory to batches: on this thread, and by a loader.
void bench_feeding(const Communicator& world, const Share& share, const DataConfig& data,
                   std::int64_t repeats, std::vector<BenchedFlow>& flows) {
  Tensor input({1, share.input.c, share.input.box});
  const std::size_t bytes = input.view().layout.bytes();
  const auto convert = [&](int epoch) {
    for (const std::int64_t sample : share.samples) share.dataset.read_input(sample, epoch, input.view());
  };
  all_or_none(world, [&] { convert(0); });
  const std::uint64_t read_before = share.dataset.bytes_read();
  Copy copy(bytes, share.samples.size());
  const std::size_t all_bytes = bytes * share.samples.size();
  flows.push_back(time(world, repeats, "convert", all_bytes, convert, "memcpy", copy));
  if (world.max(share.dataset.bytes_read() > read_before ? 1 : 0) > 0)
    flows.back().name = "read and convert";  // these samples can't be kept in memory
  Loader loader(share.dataset, share.input, share.target, static_cast<int>(data.prefetch),
                static_cast<int>(data.n_parallel_reads));
  const auto feed = [&](int epoch) {
    loader.start(epoch, share.samples, static_cast<std::int64_t>(share.samples.size()));
    while (loader.remaining() > 0) loader.next();
  };
  flows.push_back(time(world, repeats, "feed", all_bytes, feed, "memcpy", copy));
}

double rate(std::size_t bytes, const MinMedianMax& seconds) {
  return seconds.max > 0 ? static_cast<double>(bytes) / 1e9 / seconds.max : 0;
}

}  // namespace

IoBench bench_io(Workload& workload, const ProcessGrid& grid, const DataConfig& data, std::int64_t batch,
                 std::int64_t samples, std::int64_t repeats, const std::filesystem::path& stage_dir) {
  const Communicator& world = grid.world();
  const Graph graph = workload.graph(batch);
  bool counts = false;
  DataListing listing = shared_listing(grid, data.data_dir);
  all_or_none(world, [&] {
    // All that is measured with is kept, however little memory a run would have for it.
    workload.open_data(std::move(listing),
                       data_share(graph, grid, data, std::numeric_limits<std::size_t>::max()));
    workload.training().check_first_sample();
    counts = holds_cosmoflow_data(Hdf5File(workload.training().file(0)));
  });
  const Share share = share_of(workload, grid, batch, std::min(samples, workload.training().size()));
  IoBench bench{
      grid.dims(), spatial_axes(graph), static_cast<std::int64_t>(share.samples.size()), batch, repeats, {}};
  const auto bench_element = [&]<class T>(T) {
    bench_files<T>(world, share, repeats, bench.flows);
    if (stage_dir.empty()) return;
    const std::int64_t staged = std::min(bench.samples * grid.dims().replicas, share.dataset.size());
    bench_staging<T>(grid, share, staged, data.data_dir, stage_dir, repeats, bench.flows);
  };
  if (counts)
    bench_element(std::int16_t{});
  else
    bench_element(float{});
  bench_feeding(world, share, data, repeats, bench.flows);
  return bench;
}

nlohmann::json to_json(const IoBench& bench) {
  nlohmann::json flows = nlohmann::json::array();
  for (const BenchedFlow& flow : bench.flows)
    flows.push_back({{"name", flow.name},
                     {"bytes", flow.bytes},
                     {"seconds", to_json(flow.seconds)},
                     {"ceiling", flow.ceiling},
                     {"ceiling_seconds", to_json(flow.ceiling_seconds)}});
  nlohmann::json all = {
      {"samples", bench.samples}, {"batch", bench.batch}, {"repeats", bench.repeats}, {"flows", flows}};
  add_grid(all, bench.grid);
  return all;
}

std::string to_string(const IoBench& bench) {
  std::string text = fmt::format(
      "{}; {} samples a replica, in batches of {}; medians of {} rounds on the slowest rank\n"
      "{:<17} {:>9} {:>9} {:>7}   {:<7} {:>7} {:>6}\n",
      grid_text(bench.grid, bench.axes), bench.samples, bench.batch, bench.repeats, "", "MB", "ms", "GB/s",
      "ceiling", "GB/s", "ratio");
  for (const BenchedFlow& flow : bench.flows)
    text += fmt::format("{:<17} {:>9.3f} {:>9.3f} {:>7.2f}   {:<7} {:>7.2f} {:>6.2f}\n", flow.name,
                        static_cast<double>(flow.bytes) / 1e6, 1e3 * flow.seconds.max,
                        rate(flow.bytes, flow.seconds), flow.ceiling, rate(flow.bytes, flow.ceiling_seconds),
                        flow.ceiling_seconds.max / flow.seconds.max);
  return text;
}

}  // namespace tessera
