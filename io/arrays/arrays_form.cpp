#include "io/arrays/arrays_form.hpp"

#include "io/arrays/array_sample.hpp"
#include "io/arrays/draw_arrays.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

void check_arrays(const Hdf5File& file, std::span<const std::int64_t> shape) {
  const ArrayForm form = array_form(file);
  if (std::vector<std::int64_t>(shape.begin(), shape.end()) != form.x)
    throw InputError(fmt::format("'x' is {} of a sample, where that of the first file is {}",
                                 to_string({form.element, form.x}),
                                 to_string({form.element, {shape.begin(), shape.end()}})),
                     file.path().string(), "put samples of one shape into one data set");
}

constexpr DataForm kArraysForm{.name = "sequential",
                               .title = "a model of your own",
                               .arrays = "'x' and 'y' of other shapes",
                               .input = "x",
                               .holds = holds_arrays,
                               .shape = [](const Hdf5File& file) { return array_form(file).x; },
                               .check = check_arrays,
                               .packed_samples = [](const Hdf5File& file) -> std::optional<std::int64_t> {
                                 const ArrayForm form = array_form(file);
                                 return form.packed ? std::optional(form.samples) : std::nullopt;
                               },
                               .draw = draw_arrays};

}  // namespace

const DataForm& arrays_data_form() {
  return kArraysForm;
}

}  // namespace tessera
