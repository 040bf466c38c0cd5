#include "harness/workloads/workload.hpp"

namespace tessera {

std::vector<std::filesystem::path> data_files(const Workload& workload) {
  std::vector<std::filesystem::path> files;
  for (const Dataset* set : {&workload.training(), &workload.validation()})
    for (std::int64_t sample = 0; sample < set->size(); ++sample) files.push_back(set->file(sample));
  return files;
}

}  // namespace tessera
