#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

namespace tessera {

/// What this node is, for run.json: host, processor {model, architecture, sockets, cores, logical_cpus,
/// megahertz (0 if not told)}, numa_nodes, caches [{level, kind, bytes, count}], memory_bytes, os, kernel,
/// compiler. Counts are of what this process may use (a container or a batch system may hide the rest); what
/// can't be found is "unknown".
nlohmann::json probe_system();

/// Of this node.
std::size_t memory_bytes();
/// What this process has in memory now.
std::size_t resident_memory_bytes();
/// The most that this process had in memory so far.
std::size_t peak_memory_bytes();

}  // namespace tessera
