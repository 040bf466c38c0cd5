#include "harness/run/output_directory.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OutputDirectory : public testing::Test {
 protected:
  OutputDirectory() {
    std::string name = (fs::temp_directory_path() / "tessera-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~OutputDirectory() override { fs::remove_all(root_); }

  void put(const fs::path& name, const std::string& text) const { std::ofstream(root_ / name) << text; }
  std::string text(const fs::path& name) const {
    std::ostringstream all;
    all << std::ifstream(root_ / name).rdbuf();
    return all.str();
  }
  int files() const {
    return static_cast<int>(std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

  fs::path root_;
};

TEST_F(OutputDirectory, IsMadeWithItsParentsAndEmpty) {
  lock_output_directory(root_ / "a" / "b");
  EXPECT_TRUE(fs::is_empty(root_ / "a" / "b"));
  const auto lock = lock_output_directory(root_ / "a" / "b");
  EXPECT_NO_THROW(prepare_output_directory(root_ / "a" / "b", false))
      << "an empty directory may be used again";
  EXPECT_THROW(lock_output_directory(root_ / "a" / "b"), InputError) << "another process has it";
}

TEST_F(OutputDirectory, ThatHoldsAFinishedRunIsRefusedAndUntouched) {
  put("result.txt",
      ":::MLLOG {\"key\": \"run_stop\", \"value\": null, \"metadata\": {\"status\": \"aborted\"}, "
      "\"time_ms\": 1}\n");
  put("history.csv", "epoch\n");
  EXPECT_THROW(prepare_output_directory(root_, false), InputError);
  EXPECT_EQ(files(), 2);
}

TEST_F(OutputDirectory, ThatHoldsARunRecordIsRefused) {
  put("run.json", "{}");
  put("result.txt", "");
  try {
    prepare_output_directory(root_, false);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.exit_code(), 2);
    EXPECT_THAT(error.problem(), HasSubstr("finished run"));
    EXPECT_THAT(error.fix(), HasSubstr("--output"));
  }
}

TEST_F(OutputDirectory, OfARunThatFailedBeforeItsFirstCheckpointIsReplacedOnlyIfThatIsAskedFor) {
  for (const char* end : {"failed", "stopped"}) {
    put("run.json", std::string(R"({"end": ")") + end + "\"}");
    put("result.txt",
        ":::MLLOG {\"key\": \"run_stop\", \"value\": null, \"metadata\": {\"status\": \"aborted\"}, "
        "\"time_ms\": 1}\n");
    put("result.txt.partial", "");
    try {
      prepare_output_directory(root_, false);
      ADD_FAILURE() << end;
    } catch (const InputError& error) {
      EXPECT_THAT(error.fix(), HasSubstr("--resume=auto"));
    }
    EXPECT_EQ(files(), 3);
    prepare_output_directory(root_, true);
    EXPECT_EQ(files(), 0);
  }
  put("run.json", R"({"end": "target_missed"})");
  EXPECT_THROW(prepare_output_directory(root_, true), InputError);
}

TEST_F(OutputDirectory, ThatHoldsACheckpointIsRefusedAndResumeOffered) {
  put("checkpoint.h5", "");
  put("result.txt", "");
  try {
    prepare_output_directory(root_, false);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.fix(), HasSubstr("--resume"));
  }
  EXPECT_EQ(files(), 2);
}

TEST_F(OutputDirectory, ThatHoldsFilesOfARunWithoutItsLogIsRefused) {
  for (const char* name : {"checkpoint.h5", "run.json"}) {
    put(name, "{}");
    try {
      prepare_output_directory(root_, true);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_THAT(error.problem(), HasSubstr("no result.txt"));
    }
    EXPECT_EQ(files(), 1);
    fs::remove(root_ / name);
  }
}

TEST_F(OutputDirectory, OfARunThatGoesOnKeepsAllButTheRecordOfTheInterruptedPart) {
  put("result.txt", ":::MLLOG {\"event_type\": \"INTERVAL_END\", \"key\": \"run_stop\"}\n:::MLL");
  put("run.json", "{}");
  put("history.csv.partial", "");
  for (const char* kept : {"history.csv", "checkpoint.h5", "notes.md"}) put(kept, "mine");
  prepare_output_directory_to_resume(root_);
  EXPECT_EQ(files(), 4);
  EXPECT_EQ(text("checkpoint.h5"), "mine");
  EXPECT_EQ(text("result.txt"),
            ":::MLLOG {\"event_type\": \"POINT_IN_TIME\", \"key\": \"run_interrupted\"}\n");
}

TEST_F(OutputDirectory, LosesWhatAnInterruptedRunLeftAndNothingElse) {
  put("result.txt", ":::MLLOG {\"key\": \"run_start\"}\nnot an entry: \"run_stop\"\n");
  put("history.csv", "epoch\n");
  put("run.json.partial", "{");
  put("history.csv.partial", "epoch");
  put("notes.md", "mine");
  put("film.partial", "mine");
  prepare_output_directory(root_, false);
  EXPECT_EQ(files(), 2);
  EXPECT_EQ(text("notes.md"), "mine");
}

TEST_F(OutputDirectory, LosesAnEmptyLogOfARunThatEndedAtOnce) {
  put("result.txt", "");
  prepare_output_directory(root_, false);
  EXPECT_EQ(files(), 0);
}

TEST_F(OutputDirectory, KeepsFilesOfAnotherOriginThatHaveTheNamesOfOurs) {
  for (const char* name : {"result.txt", "history.csv"}) {
    put(name, "a,b\n");
    try {
      prepare_output_directory(root_, false);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_THAT(error.problem(), HasSubstr(std::string(name) + " of another origin"));
    }
    EXPECT_EQ(text(name), "a,b\n");
    fs::remove(root_ / name);
  }
}

TEST_F(OutputDirectory, BelowAFileIsAnInputErrorWithTheReason) {
  put("file", "");
  EXPECT_THROW(lock_output_directory(root_ / "file"), InputError);
  EXPECT_THROW(lock_output_directory(root_ / "file" / "below"), InputError);
}

TEST_F(OutputDirectory, InAFileSystemThatTakesNoFilesIsAnInputError) {
  EXPECT_THROW(lock_output_directory("/proc/tessera"), InputError);
  EXPECT_THROW(lock_output_directory("/proc/self"), InputError);
}

}  // namespace
}  // namespace tessera
