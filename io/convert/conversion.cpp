#include "io/convert/conversion.hpp"

#include "models/base/error.hpp"

namespace tessera {

std::string sources_of(const ConvertRecipe& recipe) {
  switch (recipe.form) {
    case SourceForm::TfRecord:
      return "CosmoFlow TFRecords";
    case SourceForm::Universe:
      return "CosmoFlow HDF5 universes";
    case SourceForm::Samples:
      return fmt::format("{} HDF5 samples", recipe.samples->title);
    default:
      return "IDX images";
  }
}

std::string to_string(Hdf5Compression compression) {
  switch (compression) {
    case Hdf5Compression::None:
      return "none";
    case Hdf5Compression::Fast:
      return "fast";
    default:
      return "gzip";
  }
}

Hdf5Compression compression_named(const std::string& name) {
  for (const auto compression : {Hdf5Compression::None, Hdf5Compression::Fast, Hdf5Compression::Gzip})
    if (to_string(compression) == name) return compression;
  throw InputError(fmt::format("there is no compression '{}'", name), "the compression of samples",
                   "choose none, fast or gzip");
}

std::string ConvertUnit::name() const {
  const std::string file = subset + "/" + source.filename().string();
  return count == 0 ? file : fmt::format("{}[{}]", file, first);
}

std::string sample_name(const ConvertUnit& unit) {
  return fmt::format("{}/{}.hdf5", unit.subset, unit.stem);
}

std::string sample_name(const ConvertUnit& unit, std::int64_t number) {
  return fmt::format("{}/{}_{:06d}.hdf5", unit.subset, unit.stem, number);
}

}  // namespace tessera
