#pragma once

#include <filesystem>

#include "io/hdf5/checkpoint.hpp"
#include "models/network/parameters.hpp"
#include "models/train/optimizer.hpp"

/// The tensors of a training in a checkpoint: parameter/<name>, and optimizer/<name>/<state> for each state
/// of the optimizer ("momentum"), named and laid out as the reference framework has the parameters.
namespace tessera {

/// Adds them where they are: the checkpoint is to be written before the training goes on.
void add_tensors(ParameterStore& parameters, Optimizer& optimizer, Checkpoint& checkpoint);

/// The reverse. Throws InputError, which names `file` and each tensor that is missing, of other extents or
/// element, or too many; nothing is changed then.
void load_tensors(const Checkpoint& checkpoint, const std::filesystem::path& file, ParameterStore& parameters,
                  Optimizer& optimizer);

}  // namespace tessera
