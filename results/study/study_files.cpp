#include "results/study/study_files.hpp"

#include <sstream>

#include "results/study/extra_p.hpp"
#include "results/study/study_csv.hpp"
#include "results/study/talp_pages.hpp"

namespace tessera {

std::vector<StudyFile> study_files(const Study& study, const std::string& timestamp) {
  std::ostringstream csv;
  print_csv(csv, study);
  std::vector<StudyFile> files{{.path = "study.csv", .text = csv.str()}};
  const auto add = [&](const char* directory, const std::vector<ExportFile>& exported) {
    using nlohmann::json;
    for (const ExportFile& file : exported)
      files.push_back({.path = directory + file.path,
                       .text = file.json.dump(1, ' ', false, json::error_handler_t::replace) + '\n'});
  };
  add("extra_p/", extra_p_files(study));
  add("talp/", talp_pages_files(study, timestamp));
  return files;
}

}  // namespace tessera
