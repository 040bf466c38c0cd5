#pragma once

#include <filesystem>

namespace tessera {

/// What a file of a published data set is.
enum class SourceKind { TfRecord, Hdf5, IdxImages, IdxLabels, Unknown };

const char* name_of(SourceKind kind);  // "TFRecord"

/// By its first bytes, those within where it is compressed by gzip; a file that has the name of a kind is
/// taken for that, so that a damaged one is met where it is read. Throws InputError where it can't be read.
SourceKind kind_of(const std::filesystem::path& path);

}  // namespace tessera
