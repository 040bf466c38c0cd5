#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "results/check/finding.hpp"

namespace tessera {

/// The fields of a system description, in the order in which the published ones give them. A field that must
/// be a text is one that the official tools join into a line of their table.
struct SystemField {
  std::string_view name;
  bool must_be_text = false;
};
inline constexpr std::array kSystemFields{
    SystemField{"submitter", true},
    SystemField{"division"},
    SystemField{"status"},
    SystemField{"system_name", true},
    SystemField{"number_of_nodes"},
    SystemField{"host_processors_per_node"},
    SystemField{"host_processor_model_name", true},
    SystemField{"host_processor_core_count", true},
    SystemField{"host_processor_vcpu_count"},
    SystemField{"host_processor_frequency"},
    SystemField{"host_processor_caches"},
    SystemField{"host_processor_interconnect"},
    SystemField{"host_memory_capacity"},
    SystemField{"host_storage_type"},
    SystemField{"host_storage_capacity"},
    SystemField{"host_networking"},
    SystemField{"host_networking_topology"},
    SystemField{"host_memory_configuration"},
    SystemField{"accelerators_per_node", true},
    SystemField{"accelerator_model_name", true},
    SystemField{"accelerator_host_interconnect"},
    SystemField{"accelerator_frequency"},
    SystemField{"accelerator_on-chip_memories"},
    SystemField{"accelerator_memory_configuration"},
    SystemField{"accelerator_memory_capacity"},
    SystemField{"accelerator_interconnect"},
    SystemField{"accelerator_interconnect_topology"},
    SystemField{"cooling"},
    SystemField{"hw_notes"},
    SystemField{"framework", true},
    SystemField{"other_software_stack"},
    SystemField{"operating_system"},
    SystemField{"sw_notes"},
};

/// What a submission says of the system that it ran on: systems/<system>.json of a package.
struct SystemDescription {
  nlohmann::json fields = nlohmann::json::object();

  /// The text of a field; empty where it is missing or no text.
  std::string text(std::string_view field) const;
};

/// Reads JSON text. Throws InputError, naming `file`, where it is no JSON object or a file of another kind.
SystemDescription parse_system_description(std::string_view text, const std::string& file);
/// The same from a file; also thrown where it can't be read or is larger than a description can be.
SystemDescription read_system_description(const std::filesystem::path& file);

/// Holds against a description what the official tools refuse; `file` is what findings call it. Rules:
///   missing-field   one of the 33 isn't there (empty is allowed)
///   not-a-text      a field that must be a text is something else
///   unknown-field   a warning: a field that is none of the 33; published descriptions have such
Verdict check(const SystemDescription& system, const std::string& file);

/// As the file of a package holds it: JSON, the 33 fields in their order, then any others.
std::string to_text(const SystemDescription& system);

}  // namespace tessera
