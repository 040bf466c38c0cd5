#include "harness/config/config_schema.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "harness/config/benchmark_table.hpp"

namespace tessera {
namespace {

std::vector<Field> fields(MlperfConfig& mlperf) {
  return {
      because(word("benchmark", mlperf.benchmark, {mlperf.benchmark}),
              "model.name says which benchmark it is"),
      field("org", mlperf.org),
      word("division", mlperf.division, {"open", "closed"}),
      word("status", mlperf.status, {"cloud", "onprem", "preview", "research"}),
      field<std::string>("platform", mlperf.platform,
                         {"that isn't empty", [](const std::string& text) { return !text.empty(); }}),
  };
}

std::vector<Field> fields(DataConfig& data) {
  return {
      required(field("data_dir", data.data_dir)),
      required(field("n_train", data.n_train, from(1))),
      required(field("n_valid", data.n_valid, from(1))),
      field("batch_size", data.batch_size, from(1)),
      field("global_batch_size", data.global_batch_size, from(1)),
      required(field("n_epochs", data.n_epochs, from(1))),
      field("prefetch", data.prefetch, from(1, 64)),
      field("n_parallel_reads", data.n_parallel_reads, from(1, 64)),
      choice("shuffle", data.shuffle, {{"global", Shuffle::Global}, {"local", Shuffle::Local}}),
  };
}

std::vector<Field> fields(TrainConfig& train) {
  return {
      field("gradient_accumulation_frequency", train.gradient_accumulation_frequency, from(1)),
      field("early_stopping_patience", train.early_stopping_patience, from(0)),
      field("seed", train.seed, not_negative_integer()),
  };
}

std::vector<Field> fields(ComputeConfig& compute) {
  return {
      because(field("threads", compute.threads, from(0, 4096)), "0 means the rank's share of the cores"),
      choice("kernels", compute.kernels,
             {{"onednn", KernelChoice::OneDnn}, {"reference", KernelChoice::Reference}}),
      choice("convolution", compute.convolution,
             {{"auto", ConvolutionAlgorithm::Auto},
              {"direct", ConvolutionAlgorithm::Direct},
              {"winograd", ConvolutionAlgorithm::Winograd}}),
      choice("element", compute.element,
             {{name_of(Element::F32), Element::F32},
              {name_of(Element::F64), Element::F64},
              {name_of(Element::BF16), Element::BF16}}),
      choice("overlap", compute.overlap,
             {{"auto", Overlap::Auto}, {"on", Overlap::On}, {"off", Overlap::Off}}),
  };
}

// Fields of sections that are there go to these, beside theirs.
void merge(std::vector<Section>& sections, std::vector<Section> others) {
  for (Section& other : others) {
    const auto into = std::ranges::find(sections, other.name, &Section::name);
    if (into == sections.end())
      throw std::logic_error("a benchmark has keys in an unknown section: " + other.name);
    std::ranges::move(other.fields, std::back_inserter(into->fields));
  }
}

}  // namespace

Field benchmark_field(Config& config) {
  std::vector<std::string> names;
  for (const BenchmarkTable* table : benchmark_tables().all()) names.emplace_back(table->name);
  return required(word("name", config.mlperf.benchmark, names));
}

std::vector<Section> config_schema(Config& config) {
  std::vector<Section> sections = {
      {"", {field("output_dir", config.output_dir)}},
      {"mlperf", fields(config.mlperf)},
      {"data", fields(config.data)},
      {"model", {benchmark_field(config)}},
      {"optimizer", {}},
      {"lr_schedule", {}},
      {"train", fields(config.train)},
      {"compute", fields(config.compute)},
  };
  merge(sections, table_of(config).sections(config));
  return sections;
}

}  // namespace tessera
