#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "harness/predict/machine_description.hpp"
#include "parallel/mpi.hpp"

/// Measures the network as the performance model needs it. All functions are collective over the world, and
/// say the same on all ranks. Times are medians over the repeats.
namespace tessera {

/// Messages between the first rank and the first other one on its own node, or on another; nullopt where
/// there is none.
std::optional<LinkDescription> bench_link(const Communicator& world, bool inside, std::int64_t repeats);

/// Sums over all ranks, by bytes, from a few to those of a large network's gradients; none on one rank.
std::map<std::string, double> bench_all_reduce(const Communicator& world, std::int64_t repeats);
/// The share of a sum's time that goes on while a rank computes and lets it progress now and then, as a
/// backward pass does.
double bench_all_reduce_overlap(const Communicator& world, std::int64_t repeats);

/// Bytes that the ranks of this node read and write a second when all of them copy at once.
double bench_memory(const Communicator& world, std::int64_t repeats);

}  // namespace tessera
