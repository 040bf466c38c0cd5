#include "io/convert/unit_converter.hpp"

namespace tessera {

std::unique_ptr<UnitConverter> make_converter(const ConvertRecipe& recipe) {
  switch (recipe.form) {
    case SourceForm::TfRecord:
      return make_tfrecord_converter(recipe);
    case SourceForm::Universe:
      return make_universe_converter(recipe);
    case SourceForm::Idx:
      return make_idx_converter(recipe);
    default:
      return make_sample_converter(recipe);
  }
}

}  // namespace tessera
