#include "harness/run/training_state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstring>
#include <set>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

/// A tensor of a training, in the memory of its owner.
struct LiveTensor {
  std::string name;  // in a checkpoint
  std::vector<std::int64_t> dims;
  std::byte* values;
  std::size_t bytes;
};

std::vector<LiveTensor> live_tensors(ParameterStore& parameters, Optimizer& optimizer) {
  const std::size_t size = bytes_of(parameters.element());
  std::vector<LiveTensor> live;
  for (int p = 0; p < parameters.count(); ++p) {
    const ParameterSpec& spec = parameters.spec(p);
    const std::size_t begin = parameters.offset(p) * size,
                      bytes = static_cast<std::size_t>(spec.count()) * size;
    live.push_back({"parameter/" + spec.name, spec.dims, parameters.values() + begin, bytes});
    if (!spec.trained) continue;
    for (const OptimizerState& state : optimizer.state())
      live.push_back(
          {fmt::format("optimizer/{}/{}", spec.name, state.name), spec.dims, state.values + begin, bytes});
  }
  return live;
}

std::string form(Element element, const std::vector<std::int64_t>& dims) {
  return to_string(Hdf5Array{name_of(element), dims});
}

bool is_of_training(const std::string& name) {
  return name.starts_with("parameter/") || name.starts_with("optimizer/");
}

}  // namespace

void add_tensors(ParameterStore& parameters, Optimizer& optimizer, Checkpoint& checkpoint) {
  for (const LiveTensor& live : live_tensors(parameters, optimizer))
    checkpoint.tensors[live.name] = {live.dims, parameters.element(), {live.values, live.bytes}, nullptr};
}

void load_tensors(const Checkpoint& checkpoint, const std::filesystem::path& file, ParameterStore& parameters,
                  Optimizer& optimizer) {
  const std::vector<LiveTensor> all = live_tensors(parameters, optimizer);
  std::vector<std::string> wrong;
  std::set<std::string> left;
  for (const auto& [name, tensor] : checkpoint.tensors) left.insert(name);
  for (const LiveTensor& live : all) {
    const auto found = checkpoint.tensors.find(live.name);
    left.erase(live.name);
    if (found == checkpoint.tensors.end()) {
      wrong.push_back(live.name + " is missing");
      continue;
    }
    const std::string then = form(found->second.element, found->second.dims),
                      now = form(parameters.element(), live.dims);
    if (then != now) wrong.push_back(fmt::format("{} is {}, expected {}", live.name, then, now));
  }
  for (const std::string& name : left)
    if (is_of_training(name)) wrong.push_back(name + " is no tensor of this network");
  if (!wrong.empty())
    throw InputError(fmt::format("the checkpoint is not of this network: {}", fmt::join(wrong, "; ")),
                     file.string(), "give the configuration of the interrupted run");
  for (const LiveTensor& live : all)
    std::memcpy(live.values, checkpoint.tensors.at(live.name).values.data(), live.bytes);
}

}  // namespace tessera
