#include "harness/workloads/workload_data.hpp"

namespace tessera {

std::vector<std::filesystem::path> data_files(const WorkloadData& data) {
  std::vector<std::filesystem::path> files;
  for (const Dataset* set : {&data.training(), &data.validation()})
    for (std::int64_t sample = 0; sample < set->size(); ++sample) files.push_back(set->file(sample));
  return files;
}

}  // namespace tessera
