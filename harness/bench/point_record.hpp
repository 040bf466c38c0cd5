#pragma once

#include "harness/config/config.hpp"
#include "harness/predict/machine_description.hpp"
#include "harness/workloads/batch_size.hpp"
#include "models/network/graph.hpp"
#include "parallel/process_grid.hpp"
#include "results/study/study.hpp"

namespace tessera {

/// What the ranks of a grid run, each with its OpenMP team. Of a study its mode says nothing.
StudyLayout layout_of(const ProcessGrid& grid, const Graph& graph, const BatchSize& batch);

/// A study of one point that isn't measured yet: this machine, what the program is made of, and the peak of
/// its cores: the machine's where its description has one, else measured, see measured_peak(). Collective.
Study study_of_one(const ProcessGrid& grid, const Config& config, const StudyLayout& layout,
                   const MachineDescription* machine = nullptr);

}  // namespace tessera
