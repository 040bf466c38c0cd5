#include "harness/bench/io_bench.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "harness/bench/sample_flows.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "io/forms/data_forms.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

BenchedSamples samples_of(const WorkloadData& workload, const Graph& graph, const ProcessGrid& grid,
                          Element element, std::int64_t batch, std::int64_t samples,
                          const std::string& array) {
  const std::vector<Box> owned = place(graph, Partition(grid.dims()), grid.part()).owned;
  BenchedSamples share{
      workload.training(),
      std::vector<std::int64_t>(static_cast<std::size_t>((samples + batch - 1) / batch * batch)),
      graph.layout(0, owned[0], element),
      {batch, workload.target_channels(), owned[static_cast<std::size_t>(graph.output())], wide(element)},
      array};
  const auto first = static_cast<std::int64_t>(share.samples.size()) * grid.replica();
  for (std::size_t i = 0; i < share.samples.size(); ++i)
    share.samples[i] = (first + static_cast<std::int64_t>(i)) % share.dataset.size();
  return share;
}

void append(std::vector<BenchedFlow>& flows, std::vector<BenchedFlow> more) {
  std::ranges::move(more, std::back_inserter(flows));
}

}  // namespace

IoBench bench_io(WorkloadData& workload, const Graph& network, const ProcessGrid& grid,
                 const DataConfig& data, Element element, std::int64_t batch, std::int64_t samples,
                 std::int64_t repeats, const std::filesystem::path& stage_dir) {
  const Communicator& world = grid.world();
  std::string array, stored;
  DataListing listing = broadcast_listing(grid, workload, data.data_dir);
  all_or_none(world, [&] {
    // All that is measured with is kept, however little memory a run would have for it.
    workload.open_data(std::move(listing),
                       data_share(network, grid, data, std::numeric_limits<std::size_t>::max()));
    workload.training().check_first_sample();
    const Hdf5File first(workload.training().file(0));
    array = std::string(form_of(first).input);
    stored = first.describe(array).element;
    if (!with_stored_element(stored, [](auto) {}))
      throw InputError(fmt::format("'{}' has elements of a type that isn't read", array),
                       first.path().string(),
                       "name a data set of whole numbers of 8 to 64 bits, float32 or float64");
  });
  const BenchedSamples share = samples_of(workload, network, grid, element, batch,
                                          std::min(samples, workload.training().size()), array);
  IoBench bench{grid.dims(),
                spatial_axes(network),
                static_cast<std::int64_t>(share.samples.size()),
                batch,
                repeats,
                element,
                {}};
  const auto bench_stored = [&]<class T>(T) {
    append(bench.flows, bench_files<T>(world, share, repeats));
    if (stage_dir.empty()) return;
    const std::int64_t staged = std::min(bench.samples * grid.dims().replicas, share.dataset.size());
    append(bench.flows, bench_staging<T>(grid, share, staged, data.data_dir, stage_dir, repeats));
  };
  with_stored_element(stored, bench_stored);
  append(bench.flows, bench_feeding(world, share, data, repeats));
  return bench;
}

}  // namespace tessera
