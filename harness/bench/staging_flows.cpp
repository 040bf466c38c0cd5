#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "harness/bench/sample_flows.hpp"
#include "harness/bench/stored_sample.hpp"
#include "harness/datasets/staging.hpp"
#include "io/files/file_error.hpp"
#include "io/hdf5/stored_element.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

namespace fs = std::filesystem;

namespace {

/// A directory of this node's own within another, under a name that nothing has there. It goes, with all that
/// is in it, when the first rank of the node is done with it, also by an error, which all ranks throw
/// together and so when none writes there any more. Collective.
class BenchDirectory {
 public:
  BenchDirectory(const Communicator& world, const Communicator& node, const fs::path& within) {
    all_or_none(world, [&] {
      if (node.rank() == 0) path_ = made_ = make(within);
    });
    node.broadcast(path_, 0);
  }
  ~BenchDirectory() {
    std::error_code ignored;
    if (!made_.empty()) fs::remove_all(made_, ignored);
  }
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;

  fs::path operator/(const std::string& name) const { return fs::path(path_) / name; }

 private:
  static std::string make(const fs::path& within) {
    fs::create_directories(within);
    std::string name = (within / "tessera-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw_file_error("make a directory to measure staging in", within, errno,
                       "name a directory that may be written");
    return name;
  }

  std::string path_, made_;  // the second on the rank that made it
};

}  // namespace

template <class T>
std::vector<BenchedFlow> bench_staging(const ProcessGrid& grid, const BenchedSamples& samples,
                                       std::int64_t count, const fs::path& source, const fs::path& directory,
                                       std::int64_t repeats) {
  const Communicator& world = grid.world();
  const Communicator node = grid.node_group();
  const BenchDirectory own(world, node, directory);
  const fs::path staged = own / "staged", copied = own / std::to_string(world.rank());
  std::vector<fs::path> mine;
  for (std::int64_t i = world.rank(); i < count; i += world.size())
    if (fs::path file = samples.dataset.file(i); mine.empty() || mine.back() != file)  // once a pack
      mine.push_back(std::move(file));
  StagingSummary summary;
  const auto clear = [&] {
    all_or_none(world, [&] {
      if (node.rank() == 0) fs::remove_all(staged);
      fs::remove_all(copied);
      fs::create_directory(copied);
    });
  };
  const auto stage = [&](int) {
    StagingRequest request{
        .source = source, .directory = staged, .train = count, .validation = 1, .may_be_packed = true};
    summary = Staging(grid, std::move(request)).run();
  };
  const auto copy = [&] {
    for (const fs::path& file : mine) fs::copy_file(file, copied / file.filename());
  };
  std::vector<BenchedFlow> flows = {time_flow(world, repeats, {"stage", 0, stage, "copy", copy, clear})};
  flows.back().bytes = summary.counts.bytes_written / static_cast<std::size_t>(world.size());

  std::vector<T> dense;
  std::vector<StoredChunk> chunks;
  std::size_t bytes = 0;
  const auto there = [&](const fs::path& file) {
    return staged / file.parent_path().filename() / file.filename();
  };
  const auto read = [&](int) {
    bytes = 0;
    for (const fs::path& file : mine)
      bytes += StoredSample<T>(there(file), samples.array, samples.input.box, 0).read(dense, chunks);
  };
  all_or_none(world, [&] { read(0); });
  std::vector<std::byte> plain(bytes / std::max<std::size_t>(1, mine.size()));
  const auto read_plain = [&] {
    for (const fs::path& file : mine) read_plainly(there(file), plain);
  };
  flows.push_back(time_flow(world, repeats, {"re-read", bytes, read, "pread", read_plain}));
  return flows;
}

#define TESSERA_STORED_ELEMENT(T)                                                                    \
  template std::vector<BenchedFlow> bench_staging<T>(const ProcessGrid&, const BenchedSamples&,      \
                                                     std::int64_t, const fs::path&, const fs::path&, \
                                                     std::int64_t);
TESSERA_FOR_STORED_ELEMENTS(TESSERA_STORED_ELEMENT)
#undef TESSERA_STORED_ELEMENT

}  // namespace tessera
