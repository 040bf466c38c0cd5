#include <memory>

#include "harness/commands/command.hpp"
#include "harness/commands/step_timeout.hpp"
#include "harness/datasets/conversion_run.hpp"

namespace tessera {
namespace {

struct ConvertArguments {
  ConvertOptions options;
  std::string compression = "none";
  StepTimeout step_timeout;
};

}  // namespace

void add_convert(CommandSyntax program) {
  const CommandSyntax command = program.command(
      "convert", "make a data set, of one sample a file or of packs, of a published one in another form");
  const auto arguments = std::make_shared<ConvertArguments>();
  ConvertOptions& options = arguments->options;
  command
      .option(
          "source", options.source,
          "a directory with train/ and validation/, a directory of files, or one file: CosmoFlow's TFRecords "
          "(gzip or not), its HDF5 universes or samples, DeepCAM's HDF5 samples or others of x and y, or IDX "
          "as of "
          "MNIST and EMNIST")
      .required();
  command.option("destination", options.destination, "directory to make, or to go on with").required();
  command.option("--into", options.into, "train or validation: where files without such folders go")
      .one_of({"train", "validation"});
  command.option("--size", options.size, "cells an axis of the cubes that universes are cut into")
      .at_least_one()
      .shows_default();
  command
      .option("--shape", options.shape,
              "D,H,W,C of the universes in TFRecords (by default cubes of four channels)")
      .list_of(4, ',')
      .at_least_one();
  command
      .option("--compression", arguments->compression,
              "of the samples: none, fast (shuffle and deflate 1) or gzip (shuffle and deflate 6)")
      .one_of({"none", "fast", "gzip"})
      .shows_default();
  command.flag("--packed", options.packed,
               "images of IDX become packs, 10000 samples a file, in place of one a file");
  add_step_timeout(command, arguments->step_timeout);
  command.runs_until_stopped([arguments](const Communicator& world) {
    const auto watch = watch_waits(world, arguments->step_timeout);
    arguments->options.compression = compression_named(arguments->compression);
    return convert(arguments->options, world);
  });
}

}  // namespace tessera
