#pragma once

#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/config/config_field.hpp"

namespace tessera {

/// model.name, on which the table depends.
Field benchmark_field(Config& config);

/// The table of all sections and keys of the benchmark that config.mlperf.benchmark names, tied to the
/// members of `config`, which must outlive it.
std::vector<Section> config_schema(Config& config);

/// Gives what depends on other keys its default, then throws InputError when values that are each in range
/// contradict each other.
void settle(Config& config);

/// Both throw InputError: unless the key was given, or if one of them was. `chooser` is the key whose value
/// is why.
void require_key(const Config& config, const std::string& chooser, const std::string& key,
                 const std::string& reason);
void forbid_keys(const Config& config, const std::string& chooser, const std::vector<std::string>& keys,
                 const std::string& reason);

}  // namespace tessera
