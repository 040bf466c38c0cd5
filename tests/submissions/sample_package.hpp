#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "results/sample_log.hpp"
#include "submissions/system_description.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {

/// A submission of CosmoFlow, strong scaling, that is compliant until a test changes it.
class SamplePackage {
 public:
  explicit SamplePackage(const std::string& division, int logs = 10, const std::string& mode = "strong/") {
    results = root / "results/system" / (mode + "cosmoflow");
    write(root / "systems/system.json", to_text(system(division)));
    write(root / "benchmarks/cosmoflow/implementations/tessera/README.md", "how");
    for (int i = 0; i < logs; ++i) write_log(i, log(division, 100 + i));
  }

  static SystemDescription system(const std::string& division) {
    SystemDescription system;
    for (const SystemField& field : kSystemFields) system.fields[std::string(field.name)] = "";
    system.fields["system_name"] = "system";
    system.fields["division"] = division;
    return system;
  }

  /// A run of 40 epochs at batch 64, where the reference needs fewer.
  static SampleLog log(const std::string& division, int seed) {
    SampleLog log = cosmoflow_log(division);
    log.set("global_batch_size", 64);
    for (const char* key : {"epoch_start", "epoch_stop", "eval_start", "eval_stop"})
      log.line(key).metadata = {{"epoch_num", 40}};
    log.erase("eval_error");
    log.erase("run_stop");
    log.add("eval_error", 0.12, {{"epoch_num", 40}}).add("run_stop", nullptr, {{"status", "success"}});
    log.add("seed", seed, {{"file", "train.cpp"}, {"lineno", 12}});
    return log;
  }

  std::filesystem::path path_of_log(int i) const { return results / fmt::format("result_{}.txt", i); }
  void write_log(int i, const SampleLog& log) const { write(path_of_log(i), log.text()); }

  static void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  TemporaryDirectory directory;
  std::filesystem::path root = directory / "Example", results;
};

}  // namespace tessera
