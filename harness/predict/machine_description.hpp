#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "harness/predict/all_reduce_model.hpp"
#include "models/base/element.hpp"

/// A machine in the numbers that the performance model needs: a YAML file, measured by `bench machine` or
/// written by hand from data sheets. Seconds, bytes, flop; harness/README.md documents the keys.
namespace tessera {

/// A node, and how it is used.
struct NodeDescription {
  std::int64_t ranks = 1;          // that a run starts on it
  std::int64_t cores = 1;          // of all ranks together
  std::int64_t memory_bytes = 0;   // which the ranks share
  double memory_bandwidth = 0;     // of all ranks together, read and written
  std::map<Element, double> peak;  // flop a second of all ranks together, where it is known
};

/// What computing takes.
struct KernelDescription {
  double share_of_peak = 0.5;  // that convolutions and matrix products reach, where no time was measured
  double call_seconds = 0;     // that a call takes at least
  /// Measured: by call, as kernel_times.hpp names it, seconds by "NxDxHxW" of its output on a rank.
  std::map<std::string, std::map<std::string, double>> measured;
};

/// Messages between two ranks.
struct LinkDescription {
  Way way;                    // inside a node, of a pair of ranks; between nodes, of a whole node
  double message_rate = 1e6;  // messages that a rank hands over a second
  double overlap = 1;         // share of their way that goes on while the ranks compute
};

struct AllReduceDescription {
  AllReduce algorithm = AllReduce::Best;
  double overlap = 1;  // share that goes on while the ranks compute
  /// Measured: by number of ranks, seconds by bytes.
  std::map<std::string, std::map<std::string, double>> measured;
};

/// Samples on their way to the ranks of a node.
struct FileDescription {
  std::optional<double> bandwidth;  // of a node, from where the data set lies; none: reading isn't counted
  std::optional<std::int64_t>
      cache_bytes;     // of a node's memory for samples; none: the run's memory less its tensors
  double overlap = 1;  // share that goes on beside computing
};

/// A framework in this program's place, which is another's program on the same machine.
struct FrameworkDescription {
  std::string name;               // empty: this program
  double message_seconds = 0;     // it takes for each message of a sample's parts
  std::int64_t bucket_bytes = 0;  // of gradients that it sums at once
};

struct MachineDescription {
  std::string name;
  NodeDescription node;
  KernelDescription kernels;
  LinkDescription inside, between;
  AllReduceDescription all_reduce;
  FileDescription files;
  double spread = 0;  // standard deviation of a rank's time of a step, over its mean
  FrameworkDescription framework;
};

/// flop a second of one of a node's cores; nothing where the machine's file doesn't say.
std::optional<double> peak_of_a_core(const MachineDescription& machine, Element element);
/// Of such a peak, for people: "machine file of Fugaku".
std::string peak_source(const MachineDescription& machine);

/// `source` names the text in errors. Throws InputError, naming file and line, for what isn't as documented.
MachineDescription parse_machine(std::string_view yaml, const std::string& source);
/// Of a file, or one that came with the program by its name; see machine_file().
MachineDescription load_machine(const std::string& name);
/// As such a file; parse_machine() of it gives the same.
std::string to_yaml(const MachineDescription& machine);

}  // namespace tessera
