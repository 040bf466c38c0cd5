#include "harness/run/class_prediction.hpp"

#include <algorithm>
#include <array>

#include "harness/config/config_schema.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/run/training_state.hpp"
#include "harness/workloads/deepcam_workload.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "io/dataset/staged_copy.hpp"
#include "models/base/error.hpp"
#include "models/network/network.hpp"
#include "models/train/intersection_over_union.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

Config config_of(const Checkpoint& checkpoint, const fs::path& file) {
  using nlohmann::json;
  const std::string& text = text_of(checkpoint, "configuration", file);
  const json configuration = json::parse(text, nullptr, false);
  const std::string benchmark =
      configuration.is_object() ? configuration.value(json::json_pointer("/mlperf/benchmark"), "") : "";
  if (benchmark != kDeepcam)
    throw InputError(fmt::format("the checkpoint is of a run of '{}', and not of '{}'", benchmark, kDeepcam),
                     file.string(), "name the checkpoint of a run of DeepCAM");
  return parse_config(text, "the configuration in " + file.string());  // JSON is YAML as well
}

/// The one sample, in a data set or a staged copy.
SampleFiles files_of(const fs::path& path) {
  if (!is_sample_name(path.filename().string()))
    throw InputError("a sample's name ends in .hdf5 or .h5", path.string(), "name one file of a data set");
  const fs::path folder = fs::absolute(path).parent_path();
  const std::optional<StagedCopy> copy = read_staged_copy(folder.parent_path());
  return {folder, {path.filename().string()}, copy ? copy->box : std::nullopt};
}

/// As training would see it.
class Sample {
 public:
  Sample(const fs::path& path, const Extents& space, const std::vector<std::int64_t>& channels)
      : set_(files_of(path),
             {.space = space, .channels = {channels.begin(), channels.end()}, .cache_bytes = 0}) {}
  Tensor input(const Layout& layout) const {
    Tensor input(layout);
    set_.read_input(0, 0, input.view());
    return input;
  }
  Tensor labels(Layout layout) const {
    layout.c = 1;
    Tensor labels(layout);
    set_.read_target(0, labels.view());
    return labels;
  }

 private:
  DeepcamDataset set_;
};

template <class T>
std::vector<std::uint8_t> most_likely(std::span<const T> logits) {
  std::vector<std::uint8_t> classes;
  for (auto at = logits.begin(); at != logits.end(); at += kDeepcamClasses)
    classes.push_back(static_cast<std::uint8_t>(std::max_element(at, at + kDeepcamClasses) - at));
  return classes;
}

}  // namespace

ClassPrediction predict_classes(const fs::path& checkpoint_file, const fs::path& sample_file) {
  const Checkpoint checkpoint = read_run_checkpoint(checkpoint_file);
  const Config config = config_of(checkpoint, checkpoint_file);
  const DeepcamWorkload workload(config);
  const Graph graph = workload.graph(1);
  const Sample sample(sample_file, graph.shape(0).space, config.deepcam.channels);

  const std::unique_ptr<Kernels> kernels = make_kernels(config.compute);
  ParameterStore parameters(graph.parameters(), kernels->element());
  load_tensors(checkpoint, checkpoint_file, parameters, *workload.make_optimizer(parameters));
  const Placement whole = Placement::whole(graph);
  Network network(graph, whole, *kernels, parameters, [](NodeId, std::size_t) { return nullptr; });

  const Tensor input = sample.input(network.input_layout());
  NoGroupSum alone;
  const std::array<std::int64_t, 1> number{0};
  const ConstTensorView logits = network.forward(input.view(), {false, 0, 0, number, alone, alone});
  IntersectionOverUnion metric(kDeepcamClasses);
  const Tensor labels = sample.labels(logits.layout);
  metric.add(logits, labels.view(), 1, alone);
  return {kernels->element() == Element::F64 ? most_likely(logits.span<double>())
                                             : most_likely(logits.span<float>()),
          metric.value()};
}

}  // namespace tessera
