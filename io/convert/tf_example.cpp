#include "io/convert/tf_example.hpp"

#include <protozero/pbf_reader.hpp>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;
using Features = std::map<std::string, TfFeature, std::less<>>;

// Field numbers of TensorFlow's example.proto and feature.proto.
constexpr protozero::pbf_tag_type kFeaturesOfExample = 1, kEntryOfFeatures = 1, kKey = 1, kValue = 2,
                                  kBytesList = 1, kFloatList = 2, kValueOfList = 1;

// What has another wire type than the format says is passed over, as unknown fields are.
void read_bytes(pbf_reader list, TfFeature& into) {
  while (list.next(kValueOfList, pbf_wire_type::length_delimited)) {
    const protozero::data_view view = list.get_view();
    into.bytes.push_back(std::as_bytes(std::span(view.data(), view.size())));
  }
}

void read_floats(pbf_reader list, TfFeature& into) {
  while (list.next()) switch (list.tag_and_type()) {
      case tag_and_type(kValueOfList, pbf_wire_type::length_delimited):
        for (const float value : list.get_packed_float()) into.floats.push_back(value);
        break;
      case tag_and_type(kValueOfList, pbf_wire_type::fixed32):
        into.floats.push_back(list.get_float());
        break;
      default:
        list.skip();
    }
}

TfFeature read_feature(pbf_reader message) {
  TfFeature feature;
  while (message.next()) switch (message.tag_and_type()) {
      case tag_and_type(kBytesList, pbf_wire_type::length_delimited):
        read_bytes(message.get_message(), feature);
        break;
      case tag_and_type(kFloatList, pbf_wire_type::length_delimited):
        read_floats(message.get_message(), feature);
        break;
      default:
        message.skip();
    }
  return feature;
}

std::pair<std::string, TfFeature> read_entry(pbf_reader message) {
  std::pair<std::string, TfFeature> entry;
  while (message.next()) switch (message.tag_and_type()) {
      case tag_and_type(kKey, pbf_wire_type::length_delimited):
        entry.first = message.get_string();
        break;
      case tag_and_type(kValue, pbf_wire_type::length_delimited):
        entry.second = read_feature(message.get_message());
        break;
      default:
        message.skip();
    }
  return entry;
}

}  // namespace

Features read_tf_example(std::span<const std::byte> record, const std::string& where) {
  Features features;
  try {
    pbf_reader example(reinterpret_cast<const char*>(record.data()), record.size());
    while (example.next(kFeaturesOfExample, pbf_wire_type::length_delimited)) {
      pbf_reader map = example.get_message();
      while (map.next(kEntryOfFeatures, pbf_wire_type::length_delimited)) {
        auto [key, feature] = read_entry(map.get_message());
        features.insert_or_assign(std::move(key), std::move(feature));
      }
    }
  } catch (const protozero::exception& error) {
    throw InputError(fmt::format("a TFRecord holds no tf.train.Example ({})", error.what()), where,
                     "name files of CosmoFlow's public data");
  }
  return features;
}

}  // namespace tessera
