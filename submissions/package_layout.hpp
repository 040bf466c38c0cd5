#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/check/finding.hpp"

namespace tessera {

/// A directory of a package that holds the logs of one system and benchmark:
///   <package>/results/<system>/{strong,weak}/<benchmark>/
/// or, as in round v0.7, <package>/results/<system>/<benchmark>/, which is strong scaling.
struct ResultDirectory {
  std::filesystem::path path;
  std::string system, benchmark;
  bool weak = false;
};

/// Whether a directory is a submission package, one organisation's: it has two of results/, systems/ and
/// benchmarks/, or a results/ with directories as above.
bool is_package(const std::filesystem::path& directory);

/// The packages at a path, in the order of names: the path itself, else those in it, as in the repository of
/// a round. Empty if it is neither.
std::vector<std::filesystem::path> packages_at(const std::filesystem::path& path);

/// The sub-directories of a directory, links to directories included, in the order of their names; empty if
/// it can't be read.
std::vector<std::filesystem::path> directories_in(const std::filesystem::path& directory);

/// The directories of results of a package. What stands where they should and isn't one goes into the
/// verdict. Rules:
///   no-results       there is no directory results/ that can be read
///   unknown-scaling  a directory with others in it is named neither strong nor weak
///   stray-directory  a warning: a directory below results/<system>/ is neither that nor a benchmark
std::vector<ResultDirectory> result_directories(const std::filesystem::path& package, Verdict& verdict);

}  // namespace tessera
