#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "io/dataset/data_form.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/registry.hpp"

namespace tessera {

Registry<DataForm>& data_forms();

/// The form that a file has at first sight; null where it is no sample.
const DataForm* find_form(const Hdf5File& file);
/// The same; throws InputError where it is no sample.
const DataForm& form_of(const Hdf5File& file);

/// How many samples a pack holds; nothing of a file of one, or of none.
std::optional<std::int64_t> packed_samples(const Hdf5File& file);

/// "CosmoFlow ('x' and 'y') or DeepCAM ('climate/data') or ...": which files are samples, for people.
std::string known_forms();

}  // namespace tessera
