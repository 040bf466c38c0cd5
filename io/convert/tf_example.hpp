#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tessera {

/// A feature of a tf.train.Example: the values of its one list.
struct TfFeature {
  std::vector<std::span<const std::byte>> bytes;  // of a BytesList; they lie in the record
  std::vector<float> floats;                      // of a FloatList, packed or not
};

/// The features of a serialised tf.train.Example, by key; lists of integers are passed over. `where` names
/// the record in messages. Throws InputError where it is no Example.
std::map<std::string, TfFeature, std::less<>> read_tf_example(std::span<const std::byte> record,
                                                              const std::string& where);

}  // namespace tessera
