#include "io/arrays/array_sample.hpp"
#include "io/convert/sample_file.hpp"
#include "io/convert/unit_converter.hpp"
#include "io/forms/data_forms.hpp"

namespace tessera {
namespace {

/// Samples that are in the form to be: all their arrays of numbers are copied, as compressed as is asked for.
class SampleConverter final : public UnitConverter {
 public:
  using UnitConverter::UnitConverter;

  void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
               FilesInFlight& flights) override {
    const Hdf5File file(unit.source);
    recipe_.samples->check(file, recipe_.shape);
    SampleFile sample(destination, sample_name(unit), recipe_.compression);
    if (const auto packed = packed_samples(file)) sample.hdf5().set(kPackAttribute, *packed);
    for (const std::string& name : file.names())
      if (file.describe(name).element != "other") sample.hdf5().copy(file, name, recipe_.compression);
    sample.finish(flights);
  }
};

}  // namespace

std::unique_ptr<UnitConverter> make_sample_converter(const ConvertRecipe& recipe) {
  return std::make_unique<SampleConverter>(recipe);
}

}  // namespace tessera
