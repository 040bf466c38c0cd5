#include "io/inspect/inspect.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "harness/run/class_prediction.hpp"
#include "io/forms/data_forms.hpp"
#include "io/inspect/png.hpp"
#include "io/picture/sample_picture.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

struct InspectArguments {
  std::filesystem::path path, png, checkpoint;
  bool json = false;
};

// A name that ends in .png is that of no sample, which a slip would replace.
void check(const InspectArguments& arguments) {
  if (arguments.png.extension() != ".png")
    throw InputError("a picture's name ends in .png", arguments.png.string(), "give --png FILE.png");
  if (std::filesystem::is_directory(arguments.path))
    throw InputError("a picture is of one sample, not of a directory", arguments.path.string(),
                     "name one file of it, as DIR/train/NAME.hdf5");
}

std::string forms_with_classes() {
  std::string titles;
  for (const DataForm* form : data_forms().all())
    if (form->draw_classes != nullptr)
      titles += fmt::format("{}{}", titles.empty() ? "" : " or ", form->title);
  return titles;
}

SamplePicture draw(const InspectArguments& arguments) {
  check(arguments);
  const Hdf5File sample(arguments.path);
  const DataForm& form = form_of(sample);
  if (arguments.checkpoint.empty()) return form.draw(sample);
  if (form.draw_classes == nullptr)
    throw InputError(fmt::format("a prediction is drawn over a sample of {} alone", forms_with_classes()),
                     arguments.path.string(), "leave --checkpoint out, or name a file of such a data set");
  const ClassPrediction prediction = predict_classes(arguments.checkpoint, arguments.path, form.name);
  SamplePicture picture = form.draw_classes(sample, prediction.classes);
  picture.legend += fmt::format(", {} {:.4f}", prediction.metric_name, prediction.metric);
  return picture;
}

/// Writes it and says what it shows.
std::string write(const SamplePicture& picture, const std::filesystem::path& path) {
  write_whole_file(path, png_of(picture.image));
  return fmt::format("{}: {}x{} pixels; {}", path.string(), picture.image.width(), picture.image.height(),
                     picture.legend);
}

bool inspect_on_one(const InspectArguments& arguments) {
  std::optional<SamplePicture> picture;
  if (!arguments.png.empty()) picture = draw(arguments);
  Inspection found = inspect(arguments.path);
  if (picture) found.lines.push_back(write(*picture, arguments.png));
  if (arguments.json)
    std::cout << found.json << '\n';
  else
    for (const std::string& line : found.lines) std::cout << line << '\n';
  flush_or_throw(std::cout, "what was found");
  return found.sound;
}

// Reading is one rank's work; the others wait for what it found.
int run(const InspectArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] { return inspect_on_one(arguments) ? 0 : 1; });
}

}  // namespace

void add_inspect(CommandSyntax program) {
  const auto arguments = std::make_shared<InspectArguments>();
  const CommandSyntax command =
      program.command("inspect", "say what a file or data set is, verify its checksums, draw a sample");
  command.option("path", arguments->path, "an HDF5 file, or a directory with train/ and validation/")
      .required();
  command.flag("--json", arguments->json, "print it as JSON");
  const OptionSyntax png =
      command.option("--png", arguments->png, "FILE.png: a picture of the sample is written there");
  command
      .option("--checkpoint", arguments->checkpoint,
              "RUN/checkpoint.h5 of a DeepCAM run: its prediction is drawn over the sample")
      .needs(png);
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
