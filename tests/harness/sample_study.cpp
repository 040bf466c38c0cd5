// sample_study FILE [SYSTEM]: writes the study.json of a sample study, of the system named.
#include "results/study/sample_study.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  tessera::Study study = tessera::sample_scaling_study();
  if (argc > 2) study.system = argv[2];
  std::ofstream(argv[1]) << tessera::to_json(study).dump(2) << '\n';
}
