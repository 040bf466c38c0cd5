#include "harness/run/submission_log.hpp"

namespace tessera {

void log_submission(const RunSetup& setup, const std::string& division, MlLog& log) {
  const MlperfConfig& mlperf = setup.config.mlperf;
  log.event(LogKey::SubmissionBenchmark, mlperf.logged_as);
  log.event(LogKey::SubmissionOrg, mlperf.org);
  log.event(LogKey::SubmissionDivision, division);
  log.event(LogKey::SubmissionStatus, mlperf.status);
  log.event(LogKey::SubmissionPlatform, mlperf.platform);
  log.event(LogKey::Seed, setup.options.seed);
  log.event(LogKey::NumberOfNodes, setup.grid->nodes());
  log.event(LogKey::AcceleratorsPerNode, 0);
  log.event(LogKey::GlobalBatchSize, setup.batch.global);
  log.event(LogKey::TrainSamples, setup.workload->training().size());
  log.event(LogKey::EvalSamples, setup.workload->validation().size());
  log.event(LogKey::GradientAccumulationFrequency, setup.batch.passes);
  const NumericalPrecision precision = setup.precision();
  log.event(LogKey::LowestNumericalPrecisionInLinear, mlperf_name(precision.element));
  log.event(LogKey::LowestNumericalPrecisionInComm, mlperf_name(precision.comm));
  if (setup.config.data.shuffle == Shuffle::Local) log.event(LogKey::DataShuffle, "local");
  setup.workload->log_hyperparameters(log, setup.batch);
}

}  // namespace tessera
