#pragma once

#include <cstdint>
#include <memory>

#include "harness/workloads/workload.hpp"

namespace tessera {

/// The workload that the configuration describes, whose benchmark is registered, as parse_config() sees to.
/// seed: of augmentation. Throws InputError where the network doesn't fit the input.
std::unique_ptr<Workload> make_workload(const Config& config, std::uint64_t seed);

}  // namespace tessera
