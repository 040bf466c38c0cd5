#include "harness/workloads/broadcast_listing.hpp"

#include "parallel/uniform.hpp"

namespace tessera {
namespace {

void broadcast(const Communicator& group, SampleNames& names) {
  std::string text = names.release();
  group.broadcast(text, 0);
  names = SampleNames(std::move(text));
}

}  // namespace

DataListing broadcast_listing(const ProcessGrid& grid, const std::filesystem::path& directory) {
  const Communicator& world = grid.world();
  const Communicator node = grid.node_group();
  DataListing listing;
  listing.directory = directory;
  all_or_none(world, [&] {
    if (node.rank() == 0) listing = list_data(directory);
  });
  broadcast(node, listing.train);
  broadcast(node, listing.validation);
  node.broadcast(listing.staging_record, 0);
  node.broadcast(listing.manifest, 0);
  return listing;
}

DataListing broadcast_listing(const ProcessGrid& grid, const WorkloadData& data,
                              const std::filesystem::path& directory) {
  return data.in_files() ? broadcast_listing(grid, directory) : DataListing{};
}

}  // namespace tessera
