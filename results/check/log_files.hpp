#pragma once

#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "results/check/log_reader.hpp"
#include "results/check/run_record.hpp"

namespace tessera {

/// Whether a file of this name is a result log: result.txt, result_<anything>.txt.
bool is_log_name(std::string_view name);
/// Whether it is one of several, as published logs are: result_<anything>.txt.
bool is_numbered_log_name(std::string_view name);

/// Numbers in names are compared as numbers: result_2 before result_10, run_2 before run_10.
bool comes_before(const std::filesystem::path& a, const std::filesystem::path& b);

struct PathOrder {
  bool operator()(const std::filesystem::path& a, const std::filesystem::path& b) const {
    return comes_before(a, b);
  }
};

/// The logs in and below a directory, by the directory that holds them, both in the order of comes_before().
/// Links to directories aren't followed, so that loops of them do no harm; links to files are.
/// Throws InputError where a directory can't be read.
std::map<std::filesystem::path, std::vector<std::filesystem::path>, PathOrder> logs_below(
    const std::filesystem::path& root);

/// read_log() of a log that was found, not named: one that can't be read is a record that says why.
RunRecord read_found_log(const std::filesystem::path& path, const EntryObserver& observe = {});

}  // namespace tessera
