#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace tessera {

/// What keeps a run from going on with another configuration: "model.dropout: 0.5 then, 0.1 now" for each key
/// that differs and that the result or the log of the run depends on. Not those of places (output_dir,
/// data.data_dir), of when to give up (data.n_epochs) and of the machine (data.prefetch,
/// data.n_parallel_reads, compute.threads, compute.convolution, compute.overlap), nor the two ways to give a
/// batch size, whose result is compared elsewhere. Both as to_json() gives them.
std::vector<std::string> config_differences(const nlohmann::json& then, const nlohmann::json& now);

}  // namespace tessera
