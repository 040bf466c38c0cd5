#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/convert/source_kind.hpp"

namespace tessera {

/// A file of a published data set.
struct SourceFile {
  std::filesystem::path path;
  std::string subset;  // "train", "validation"
  SourceKind kind = SourceKind::Unknown;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  // nanoseconds since some epoch
};

/// What is left out, and why.
struct SkippedFile {
  std::filesystem::path path;
  std::string reason;
};

struct SourceFiles {
  std::vector<SourceFile> files;  // of one kind, or images and labels; by subset and name
  std::vector<SkippedFile> skipped;
};

/// The files of `source`: a directory with train/ and validation/ (or one of them), a directory of files, or
/// one file. `into` is the subset that the latter two go to: "train", "validation", or, for IDX alone, "" to
/// let their names say. Throws InputError where there are none, of more than one kind, can't be followed or
/// read, or where `into` is missing or not wanted.
SourceFiles list_source(const std::filesystem::path& source, const std::string& into);

/// The name without what says its kind: ".tfrecord.gz", "-idx3-ubyte", ...
std::string stem_of(const std::filesystem::path& path);

}  // namespace tessera
