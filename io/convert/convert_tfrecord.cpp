#include <algorithm>
#include <functional>
#include <numeric>

#include "io/convert/cosmoflow_record.hpp"
#include "io/convert/sample_file.hpp"
#include "io/convert/tfrecord.hpp"
#include "io/convert/unit_converter.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

/// CosmoFlow's TFRecords. A file of one record makes STEM.hdf5, one of several STEM_000000.hdf5 and so on.
class TfRecordConverter final : public UnitConverter {
 public:
  using UnitConverter::UnitConverter;

  void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
               FilesInFlight& flights) override {
    TfRecordReader reader(unit.source);
    std::optional<CosmoflowRecord> record = read(reader);
    if (!record)
      throw InputError("a TFRecord file is empty", unit.source.string(),
                       "copy the file again, or leave it out");
    const auto write = [&](const std::string& name) {
      SampleFile sample(destination, name, recipe_.compression);
      sample.add<std::int16_t>("x", recipe_.shape, record->counts);
      sample.add<float>("y", std::array<std::int64_t, 1>{kCosmoflowTargets}, record->target);
      sample.finish(flights);
    };
    std::optional<CosmoflowRecord> next = read(reader);
    if (!next) return write(sample_name(unit));
    for (std::int64_t number = 0; record; ++number) {
      write(sample_name(unit, number));
      record = std::move(next);
      next = record ? read(reader) : std::nullopt;
    }
  }

 private:
  std::optional<CosmoflowRecord> read(TfRecordReader& reader) const {
    const auto bytes = reader.next();
    if (!bytes) return std::nullopt;
    CosmoflowRecord record = read_cosmoflow_record(*bytes, reader.where());
    const auto expected =
        std::accumulate(recipe_.shape.begin(), recipe_.shape.end(), std::int64_t{1}, std::multiplies<>());
    if (static_cast<std::int64_t>(record.counts.size()) != expected)
      throw InputError(fmt::format("'x' of the record has {} counts, where those of the data set are {}",
                                   record.counts.size(), to_string(Hdf5Array{"int16", recipe_.shape})),
                       reader.where(), "convert universes of one shape into one directory");
    return record;
  }
};

}  // namespace

std::unique_ptr<UnitConverter> make_tfrecord_converter(const ConvertRecipe& recipe) {
  return std::make_unique<TfRecordConverter>(recipe);
}

}  // namespace tessera
