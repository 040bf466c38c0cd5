#include <algorithm>

#include "harness/bench/sample_flows.hpp"
#include "harness/bench/stored_sample.hpp"
#include "harness/datasets/staging.hpp"
#include "harness/process/slurm.hpp"
#include "io/hdf5/stored_element.hpp"
#include "io/staging/staging_directory.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

namespace fs = std::filesystem;

template <class T>
std::vector<BenchedFlow> bench_staging(const ProcessGrid& grid, const BenchedSamples& samples,
                                       std::int64_t count, const fs::path& source, const fs::path& directory,
                                       std::int64_t repeats) {
  const Communicator& world = grid.world();
  const fs::path staged = directory / "staged", copied = directory / std::to_string(world.rank());
  std::vector<fs::path> mine;
  for (std::int64_t i = world.rank(); i < count; i += world.size()) mine.push_back(samples.dataset.file(i));
  StagingSummary summary;
  const Communicator node = world.split(grid.node(), world.rank());
  const auto clear = [&] {
    all_or_none(world, [&] {
      fs::remove_all(copied);
      fs::create_directories(copied);
    });
    all_or_none(world, [&] {
      if (node.rank() == 0 && fs::exists(staged)) clean_staging(staged, slurm_job_has_ended);
    });
  };
  const auto stage = [&](int) {
    StagingRequest request{.source = source, .directory = staged, .train = count, .validation = 1};
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
      bytes += StoredSample<T>(there(file), samples.array, samples.input.box).read(dense, chunks);
  };
  all_or_none(world, [&] { read(0); });
  std::vector<std::byte> plain(bytes / std::max<std::size_t>(1, mine.size()));
  const auto read_plain = [&] {
    for (const fs::path& file : mine) read_plainly(there(file), plain);
  };
  flows.push_back(time_flow(world, repeats, {"re-read", bytes, read, "pread", read_plain}));
  clear();
  all_or_none(world, [&] { fs::remove_all(copied); });
  return flows;
}

#define TESSERA_STORED_ELEMENT(T)                                                                    \
  template std::vector<BenchedFlow> bench_staging<T>(const ProcessGrid&, const BenchedSamples&,      \
                                                     std::int64_t, const fs::path&, const fs::path&, \
                                                     std::int64_t);
TESSERA_FOR_STORED_ELEMENTS(TESSERA_STORED_ELEMENT)
#undef TESSERA_STORED_ELEMENT

}  // namespace tessera
