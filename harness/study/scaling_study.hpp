#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/study/study_expectation.hpp"
#include "harness/study/study_run.hpp"
#include "io/files/directory_lock.hpp"
#include "results/study/study.hpp"

namespace tessera {

inline constexpr const char* kStudyName = "study.json";

/// A scaling study in its directory: study.json, request.json, and a directory for each point. It holds the
/// directory's lock while it lives.
class ScalingStudy {
 public:
  using Say = std::function<void(const std::string& line)>;  // for people

  /// Begins a study, or goes on with the one that is there: points that are measured are kept, others that
  /// aren't among `layouts` are dropped. expected: of these layouts, or of none; what was expected before
  /// stays where nothing is now. Throws InputError where the directory holds another study or other files,
  /// another process holds it, or there is no launcher.
  ScalingStudy(const std::filesystem::path& output, StudyRun run, const std::vector<StudyLayout>& layouts,
               const StudyExpectation& expected, Say say);
  /// Goes on with the one that is there.
  ScalingStudy(const std::filesystem::path& output, Say say);

  /// Runs the points that aren't measured, one after another; one that fails is said and left out. study.json
  /// is written anew after each. Where points become jobs, collects what has come back, and writes a script
  /// for each that has none under way, which it submits if `submits`. program: path of this one.
  /// Returns 0 when all points are measured, or jobs without failure; 1 when one failed; as exit_code_of()
  /// has it when a signal came.
  int run(const std::string& program, bool submits);

  const Study& study() const { return study_; }
  /// Of the points that are measured, that with the most flop a second, in a study of its own; nothing where
  /// none is.
  std::optional<Study> best() const;

 private:
  ScalingStudy(const std::filesystem::path& output, Say say, std::optional<StudyRun> run);
  void take_up(const std::vector<StudyLayout>& layouts);
  void expect(const StudyExpectation& expected);
  std::filesystem::path directory_of(const StudyPoint& point) const { return output_ / point.name; }
  bool collect(StudyPoint& point);
  void measured(StudyPoint& point, const Study& result);
  int run_here(StudyPoint& point, const std::string& program);
  void run_as_job(StudyPoint& point, const std::string& program, bool submits);
  std::string title(const StudyPoint& point) const;
  void fail(StudyPoint& point, const std::string& why);
  void write();

  std::filesystem::path output_;
  Say say_;
  DirectoryLock lock_;
  StudyRun run_;
  Study study_;
};

}  // namespace tessera
