#include "io/forms/data_forms.hpp"

#include <fmt/ranges.h>

#include "io/arrays/arrays_form.hpp"
#include "io/cosmoflow/cosmoflow_form.hpp"
#include "io/deepcam/deepcam_form.hpp"
#include "models/base/error.hpp"

namespace tessera {

Registry<DataForm>& data_forms() {
  static Registry<DataForm> all({&cosmoflow_data_form(), &deepcam_data_form(), &arrays_data_form()});
  return all;
}

const DataForm* find_form(const Hdf5File& file) {
  for (const DataForm* form : data_forms().all())
    if (form->holds(file)) return form;
  return nullptr;
}

const DataForm& form_of(const Hdf5File& file) {
  if (const DataForm* form = find_form(file)) return *form;
  throw InputError(fmt::format("the file is no sample: it lacks the arrays of {}", known_forms()),
                   file.path().string(), "name one file of a data set, as DIR/train/NAME.hdf5");
}

std::optional<std::int64_t> packed_samples(const Hdf5File& file) {
  const DataForm* form = find_form(file);
  return form == nullptr || form->packed_samples == nullptr ? std::nullopt : form->packed_samples(file);
}

std::string known_forms() {
  std::vector<std::string> forms;
  for (const DataForm* form : data_forms().all())
    forms.push_back(fmt::format("{} ({})", form->title, form->arrays));
  return fmt::format("{}", fmt::join(forms, " or "));
}

}  // namespace tessera
