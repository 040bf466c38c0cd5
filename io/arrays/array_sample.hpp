#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "models/base/box.hpp"

/// Samples of any kind: `x`, the network's input, (H,W), (H,W,C) or (D,H,W,C) of uint8, int16 or float32, and
/// `y`, what it should answer, of any numbers. A file holds one sample, or is a *pack*: many of them, along a
/// first axis that `x` and `y` have more.
namespace tessera {

/// What `y` is of a sample.
struct ArrayTarget {
  enum class Kind {
    Class,   // () or (1): one number from 0 to classes - 1
    Vector,  // (channels); () where it is one
    Map,     // over the sample's space: (H,W), (H,W,C), (D,H,W) or (D,H,W,C); where classes > 0, each of one
    Input    // isn't read: the network should answer with its input, scaled
  };
  Kind kind = Kind::Class;
  std::int64_t channels = 1;  // of a vector or map, or of the input
  std::int64_t classes = 0;
};

/// What a file holds. Shapes are those of one sample.
struct ArrayForm {
  Extents space;
  std::int64_t channels = 1;
  std::vector<std::int64_t> x, y;
  std::string element, target_element;  // of x and y: "uint8"
  bool packed = false;
  std::int64_t samples = 1;  // in this file
};

/// Whether a file has the arrays.
bool holds_arrays(const Hdf5File& file);

/// An attribute of packs, which says how many samples they have. Only where nothing else says what a sample
/// is, it is needed: see the next.
inline constexpr const char* kPackAttribute = "samples";

/// By the file alone: (A,B,C) and (A,B,C,D) are packs where the attribute says so, or `y` has as many entries
/// as `x` and is no map over its first two axes. Throws InputError, naming the file, where it is of no form.
ArrayForm array_form(const Hdf5File& file);

/// The same where the sample is known. Throws InputError, saying the shapes, unless the file holds one such
/// or a pack of them.
ArrayForm array_form(const Hdf5File& file, const Extents& space, std::int64_t channels);

/// Throws InputError unless `y` can be the target, and a pack has as many as samples.
void check_array_target(const Hdf5File& file, const ArrayForm& form, const ArrayTarget& target);

/// The block of `x`, or of a map `y` of this shape, that a box of some samples of a file is.
std::vector<Interval> array_block(const ArrayForm& form, const std::vector<std::int64_t>& shape,
                                  const Interval& samples, const Box& box);
/// Of a `y` that is no map: all of it.
std::vector<Interval> array_block(const ArrayForm& form, const Interval& samples);

}  // namespace tessera
