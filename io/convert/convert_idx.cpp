#include <array>
#include <optional>

#include "io/convert/idx.hpp"
#include "io/convert/sample_file.hpp"
#include "io/convert/unit_converter.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

/// Images and labels: `x` (H,W) uint8 and `y` (1) int64 a sample. A unit is a run of images; the files stay
/// open for the next run of the same.
class IdxConverter final : public UnitConverter {
 public:
  using UnitConverter::UnitConverter;

  void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
               FilesInFlight& flights) override {
    open(unit);
    std::vector<std::uint8_t> image(images_->item_bytes());
    std::array<std::uint8_t, 1> label{};
    for (std::int64_t number = unit.first; number < unit.first + unit.count; ++number) {
      images_->read(image);
      labels_->read(label);
      SampleFile sample(destination, sample_name(unit, number), recipe_.compression);
      sample.add<std::uint8_t>("x", recipe_.shape, image);
      const std::array<std::int64_t, 1> class_number{label[0]}, one{1};
      sample.add<std::int64_t>("y", one, class_number);
      sample.finish(flights);
    }
  }

 private:
  void open(const ConvertUnit& unit) {
    if (!images_ || images_->path() != unit.source || images_->next() > unit.first) {
      images_.emplace(unit.source, 3);
      labels_.emplace(labels_of(unit.source), 1);
    }
    images_->skip_to(unit.first);
    labels_->skip_to(unit.first);
  }

  std::optional<IdxReader> images_, labels_;
};

}  // namespace

std::unique_ptr<UnitConverter> make_idx_converter(const ConvertRecipe& recipe) {
  return std::make_unique<IdxConverter>(recipe);
}

}  // namespace tessera
