#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <span>

#include "harness/commands/step_timeout.hpp"
#include "harness/datasets/generate_set.hpp"
#include "harness/process/stopwatch.hpp"

namespace tessera {

/// Generates the set of a recipe in a directory by its overloads prepare_directory(), generate() and
/// finish_directory(), the last of which, like `read`, gives its manifest. check: as SetGenerator has it; it
/// may still complete the recipe. text(manifest, how): what to print; how: "generated in 3.1 s", "there
/// already". Collective; returns the exit code.
template <class Summary, class Recipe, class Check, class Read, class Text>
int generate_directory(const Communicator& world, const StepTimeout& step_timeout,
                       const std::filesystem::path& directory, const Recipe& recipe, const Check& check,
                       const Read& read, const Text& text) {
  const Stopwatch stopwatch;
  const auto watch = watch_waits(world, step_timeout);
  return generate_set<Summary>({.directory = directory,
                                .check = check,
                                .prepare = [&] { return prepare_directory(directory, recipe); },
                                .generate =
                                    [&](int part, int parts, const GenerateProgress& progress) {
                                      return generate(directory, recipe, part, parts, progress);
                                    },
                                .finish =
                                    [&](std::span<const Summary> all) {
                                      return text(finish_directory(directory, recipe, all),
                                                  fmt::format("generated in {:.1f} s", stopwatch.seconds()));
                                    },
                                .describe = [&] { return text(read(directory), "there already"); }},
                               world);
}

}  // namespace tessera
