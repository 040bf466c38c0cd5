#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace tessera {

/// What is known of the system that runs were made on.
struct SystemFields {
  std::map<std::string, std::string> texts;  // by the field names of system descriptions; empty ones left out
  std::optional<double> nodes, accelerators;  // in all
  std::optional<double> size;                 // how much of it worked on the run, counted in units
  std::string unit;                           // "accelerators", "nodes" or "threads"

  /// The text of a field; empty where it is missing.
  std::string text(const std::string& field) const;
  /// Equal for the same machines in other numbers: who runs them, and processors, memory and accelerators of
  /// a node, however they are spaced and capitalised. Free texts (networks, notes) don't count, nor do names
  /// and software. Empty if no processor is named.
  std::string hardware(const std::string& owner) const;
};

/// Of a system description, <org>/systems/<system>.json. Its size is in accelerators, or in nodes if it has
/// none.
SystemFields described_system(const nlohmann::json& description);

/// Of the run.json of a run of ours. Its size is in threads of all ranks, as ranks may share a node.
SystemFields recorded_system(const nlohmann::json& run_report);

}  // namespace tessera
