#include "io/convert/source_kind.hpp"

#include <array>
#include <string>

#include "io/convert/byte_stream.hpp"
#include "io/convert/tfrecord.hpp"

namespace tessera {
namespace {

constexpr std::size_t kFirstBytes = 12;

SourceKind kind_by_name(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".tfrecord") || name.ends_with(".tfrecords")) return SourceKind::TfRecord;
  if (name.ends_with(".hdf5") || name.ends_with(".h5")) return SourceKind::Hdf5;
  if (name.ends_with("idx3-ubyte")) return SourceKind::IdxImages;
  if (name.ends_with("idx1-ubyte")) return SourceKind::IdxLabels;
  return SourceKind::Unknown;
}

SourceKind kind_by_content(const std::filesystem::path& path) {
  constexpr std::array<std::uint8_t, 8> kHdf5{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  constexpr std::array<std::uint8_t, 4> kImages{0, 0, 8, 3}, kLabels{0, 0, 8, 1};
  std::array<std::byte, kFirstBytes> first{};
  ByteStream stream(path);
  const std::size_t read = stream.read(first);
  const auto begins_with = [&](const auto& magic) {
    return read >= magic.size() &&
           std::ranges::equal(std::as_bytes(std::span(magic)), std::span(first).first(magic.size()));
  };
  if (!stream.compressed() && begins_with(kHdf5)) return SourceKind::Hdf5;
  if (read == first.size() && begins_tfrecord(first)) return SourceKind::TfRecord;
  if (begins_with(kImages)) return SourceKind::IdxImages;
  if (begins_with(kLabels)) return SourceKind::IdxLabels;
  return SourceKind::Unknown;
}

}  // namespace

const char* name_of(SourceKind kind) {
  switch (kind) {
    case SourceKind::TfRecord:
      return "TFRecord";
    case SourceKind::Hdf5:
      return "HDF5";
    case SourceKind::IdxImages:
      return "IDX of images";
    case SourceKind::IdxLabels:
      return "IDX of labels";
    default:
      return "unknown";
  }
}

SourceKind kind_of(const std::filesystem::path& path) {
  const SourceKind named = kind_by_name(path);
  return named == SourceKind::Unknown ? kind_by_content(path) : named;
}

}  // namespace tessera
