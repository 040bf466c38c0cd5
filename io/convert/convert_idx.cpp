#include <array>
#include <optional>

#include "io/arrays/array_sample.hpp"
#include "io/convert/idx.hpp"
#include "io/convert/sample_file.hpp"
#include "io/convert/unit_converter.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

/// Images and labels: `x` (H,W) uint8 and `y` (1) int64 a sample, or a pack of a unit. A unit is a run of
/// images; the files stay open for the next run of the same.
class IdxConverter final : public UnitConverter {
 public:
  using UnitConverter::UnitConverter;

  void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
               FilesInFlight& flights) override {
    open(unit);
    if (recipe_.pack > 0) return pack(unit, destination, flights);
    std::vector<std::uint8_t> image(images_->item_bytes());
    for (std::int64_t number = unit.first; number < unit.first + unit.count; ++number) {
      const std::array<std::int64_t, 1> label{read(image)}, one{1};
      SampleFile sample(destination, sample_name(unit, number), recipe_.compression);
      sample.add<std::uint8_t>("x", recipe_.shape, image);
      sample.add<std::int64_t>("y", one, label);
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

  void pack(const ConvertUnit& unit, const std::filesystem::path& destination, FilesInFlight& flights) {
    const std::size_t bytes = images_->item_bytes();
    std::vector<std::uint8_t> images(static_cast<std::size_t>(unit.count) * bytes);
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < images.size(); i += bytes)
      labels.push_back(read(std::span(images).subspan(i, bytes)));
    SampleFile file(destination, sample_name(unit, unit.first), recipe_.compression);
    file.hdf5().set(kPackAttribute, unit.count);
    const std::array<std::int64_t, 3> x_shape{unit.count, recipe_.shape[0], recipe_.shape[1]};
    const std::array<std::int64_t, 1> y_shape{unit.count};
    file.add<std::uint8_t>("x", x_shape, images);
    file.add<std::int64_t>("y", y_shape, labels);
    file.finish(flights);
  }

  /// The next image, row by row; returns its class.
  std::int64_t read(std::span<std::uint8_t> image) {
    std::array<std::uint8_t, 1> label{};
    labels_->read(label);
    if (!recipe_.idx.transposed) {
      images_->read(image);
    } else {
      columns_.resize(image.size());
      images_->read(columns_);
      const auto rows = static_cast<std::size_t>(recipe_.shape[0]),
                 columns = static_cast<std::size_t>(recipe_.shape[1]);
      for (std::size_t i = 0; i < image.size(); ++i) image[i] = columns_[i % columns * rows + i / columns];
    }
    return label[0] - recipe_.idx.first_label;
  }

  std::optional<IdxReader> images_, labels_;
  std::vector<std::uint8_t> columns_;  // an image as EMNIST stores it
};

}  // namespace

std::unique_ptr<UnitConverter> make_idx_converter(const ConvertRecipe& recipe) {
  return std::make_unique<IdxConverter>(recipe);
}

}  // namespace tessera
