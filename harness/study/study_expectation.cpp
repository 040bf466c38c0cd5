#include "harness/study/study_expectation.hpp"

#include "harness/predict/performance_model.hpp"

namespace tessera {
namespace {

std::optional<double> step_of(const Config& config, const StudyLayout& layout,
                              const MachineDescription& machine) {
  if (layout.threads * machine.node.ranks != machine.node.cores) return std::nullopt;
  const GridDims grid{layout.replicas(), layout.depth, layout.height, layout.width};
  return PerformanceModel(config).predict(machine, grid, batch_of_step(config, grid.replicas)).seconds.step();
}

}  // namespace

StudyExpectation expectation_of(const StudyRun& run, const std::vector<StudyLayout>& layouts,
                                const MachineDescription& machine) {
  StudyExpectation expected;
  const Element element = load_config(run.config, run.overrides).compute.element;
  expected.peak_flop_a_core = peak_of_a_core(machine, element);
  if (expected.peak_flop_a_core) expected.peak_source = peak_source(machine);
  expected.step_seconds.reserve(layouts.size());
  for (const StudyLayout& layout : layouts)
    expected.step_seconds.push_back(step_of(config_of_point(run, layout), layout, machine));
  return expected;
}

}  // namespace tessera
