#include "results/study/study_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "models/base/error.hpp"

namespace tessera {

namespace fs = std::filesystem;

std::optional<fs::path> find_study_file(const fs::path& path) {
  std::error_code ignored;
  const fs::path file = path.filename() == "study.json" ? path : path / "study.json";
  return fs::is_regular_file(file, ignored) ? std::optional(file) : std::nullopt;
}

Study read_study_file(const fs::path& file) {
  std::ifstream in(file);
  if (!in)
    throw InputError("this study can't be opened", file.string(), "make it readable, or name another one");
  const nlohmann::json object = nlohmann::json::parse(in, nullptr, false);
  if (object.is_discarded())
    throw InputError("this study is no JSON, or cut short", file.string(), "restore what the study wrote");
  return study_of_json(object, file.string());
}

}  // namespace tessera
