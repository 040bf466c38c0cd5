#include "harness/run/class_prediction.hpp"

#include <algorithm>
#include <array>

#include "harness/run/run_checkpoint.hpp"
#include "harness/run/training_state.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "io/dataset/staged_copy.hpp"
#include "models/base/error.hpp"
#include "models/network/network.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

Config config_of(const Checkpoint& checkpoint, const fs::path& file, std::string_view expected) {
  using nlohmann::json;
  const std::string text = text_of(checkpoint, "configuration", file);
  const json configuration = json::parse(text, nullptr, false);
  const std::string benchmark =
      configuration.is_object() ? configuration.value(json::json_pointer("/mlperf/benchmark"), "") : "";
  if (benchmark != expected)
    throw InputError(fmt::format("the checkpoint is of a run of '{}', and not of '{}'", benchmark, expected),
                     file.string(), fmt::format("name the checkpoint of a run of {}", expected));
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
  Sample(const SamplePrediction& workload, const fs::path& path)
      : set_(workload.samples_in(files_of(path))) {}
  Tensor input(const Layout& layout) const {
    Tensor input(layout);
    set_->read_input(0, 0, input.view());
    return input;
  }
  Tensor labels(const Layout& layout) const {
    Tensor labels(layout);
    set_->read_target(0, labels.view());
    return labels;
  }

 private:
  std::unique_ptr<Dataset> set_;
};

template <class T>
std::vector<std::uint8_t> most_likely(std::span<const T> logits, std::int64_t classes) {
  std::vector<std::uint8_t> likely;
  for (auto at = logits.begin(); at != logits.end(); at += classes)
    likely.push_back(static_cast<std::uint8_t>(std::max_element(at, at + classes) - at));
  return likely;
}

}  // namespace

ClassPrediction predict_classes(const fs::path& checkpoint_file, const fs::path& sample_file,
                                std::string_view benchmark) {
  const Checkpoint checkpoint = read_run_checkpoint(checkpoint_file);
  const Config config = config_of(checkpoint, checkpoint_file, benchmark);
  const std::unique_ptr<Workload> workload = make_workload(config, 0);
  if (workload->sample_prediction() == nullptr)
    throw InputError(fmt::format("the network of '{}' doesn't classify pixels", benchmark),
                     checkpoint_file.string(), "leave --checkpoint out");
  const Sample sample(*workload->sample_prediction(), sample_file);
  const Graph graph = workload->graph(1);

  const std::unique_ptr<Kernels> kernels = make_kernels(config.compute);
  ParameterStore parameters(graph.parameters(), wide(kernels->element()));
  load_tensors(checkpoint, checkpoint_file, parameters, *workload->make_optimizer(parameters));
  const Placement whole = Placement::whole(graph);
  Network network(graph, whole, *kernels, parameters, [](NodeId, std::size_t) { return nullptr; });

  const Tensor input = sample.input(network.input_layout());
  NoGroupSum alone;
  const std::array<std::int64_t, 1> number{0};
  const ConstTensorView logits = network.forward(input.view(), {false, 0, 0, number, alone, alone});
  Layout of_labels = logits.layout;
  of_labels.c = workload->target_channels();
  const Tensor labels = sample.labels(of_labels);
  const std::unique_ptr<Metric> metric = workload->make_metric();
  metric->add(logits, labels.view(), 1, alone);
  return {with_wide_element(logits.layout.element,
                            [&]<class T>(T) { return most_likely(logits.span<T>(), logits.layout.c); }),
          workload->metric_name(), metric->value()};
}

}  // namespace tessera
