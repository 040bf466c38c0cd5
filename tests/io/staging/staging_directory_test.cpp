#include "io/staging/staging_directory.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "io/dataset/data_listing.hpp"
#include "io/files/whole_file.hpp"
#include "io/staging/staging_journal.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const JobHasEnded kNoBatch = [](const std::string&) { return false; };

StagedCopy some_copy(const fs::path& source) {
  return {.source = source,
          .plan = StagingPlan::Slab,
          .complete = true,
          .box = Box{{0, 5}, {0, 16}, {0, 16}},
          .train = {{"a.hdf5", "b.hdf5", "c.hdf5"}, {{0, 1}, {2, 3}}},
          .validation = {{"v.hdf5"}, {{0, 1}}}};
}

class StagingDirectory : public testing::Test {
 protected:
  StagingDirectory() { fs::create_directories(source() / "train"); }
  fs::path source() const { return temporary_ / "source"; }
  fs::path directory() const { return temporary_ / "copy"; }
  /// Makes it ready as a call of stage does.
  void prepare(const StagedCopy& copy) {
    const auto lock = lock_staging(directory(), kNoBatch);
    prepare_staging(directory(), copy);
  }
  std::string refused(const StagedCopy& copy) {
    return message_of<InputError>([&] { prepare(copy); });
  }
  TemporaryDirectory temporary_;
};

TEST_F(StagingDirectory, CleaningRemovesNothingThatStagingCannotHaveWritten) {
  fs::create_directories(directory() / ".staging");
  const fs::path mine = fs::absolute(source() / "mine");
  write_whole_file(mine, "x");
  std::string journal;
  for (const std::string& name :
       {std::string("../source/mine"), mine.string(), std::string("train/../../source/mine")})
    journal += "0000000000000000 1 1 1 " + name + "\n";
  write_whole_file(directory() / ".staging" / "files-0.txt", journal);
  clean_staging(directory(), kNoBatch);
  EXPECT_TRUE(fs::exists(mine));
}

TEST_F(StagingDirectory, MayNotBeTheDataSetNorLieWithinItNorHoldIt) {
  const auto refused = [&](const fs::path& to) {
    return message_of<InputError>([&] { check_staging_paths(source(), to); });
  };
  EXPECT_THAT(refused(source()), HasSubstr("to itself"));
  EXPECT_THAT(refused(source() / "train" / ".." / ""), HasSubstr("to itself"));
  EXPECT_THAT(refused(source() / "copy"), HasSubstr("within each other"));
  EXPECT_THAT(refused(temporary_.path()), HasSubstr("within each other"));
  fs::create_directory_symlink(source(), temporary_ / "link");
  EXPECT_THAT(refused(temporary_ / "link"), HasSubstr("to itself"));
  write_whole_file(temporary_ / "file", std::string("text"));
  EXPECT_THAT(refused(temporary_ / "file"), HasSubstr("no directory"));
  check_staging_paths(source(), temporary_ / "source-copy");
  EXPECT_THAT(message_of<InputError>([&] { check_staging_paths(temporary_ / "none", directory()); }),
              HasSubstr("no such data set"));
}

TEST_F(StagingDirectory, TakesOneCallAtATime) {
  const auto lock = lock_staging(directory(), kNoBatch);
  EXPECT_THAT(message_of<InputError>([&] { lock_staging(directory(), kNoBatch); }),
              HasSubstr(fmt::format("the directory to stage to is in use by process {} on ", getpid())));
  EXPECT_THAT(message_of<InputError>([&] { clean_staging(directory(), kNoBatch); }),
              HasSubstr(fmt::format("the directory to stage to is in use by process {} on ", getpid())));
}

TEST_F(StagingDirectory, IsRefusedWhereItHoldsFilesOfOthers) {
  fs::create_directories(directory() / "train");
  EXPECT_THAT(refused(some_copy(source())), HasSubstr("files that staging didn't write"));
  EXPECT_TRUE(fs::exists(directory() / "train"));
}

TEST_F(StagingDirectory, IsRefusedWhereItHoldsAnotherCopy) {
  const StagedCopy copy = some_copy(source());
  prepare(copy);
  prepare(copy);
  StagedCopy other = copy;
  other.source = "/elsewhere";
  EXPECT_THAT(refused(other),
              AllOf(HasSubstr("a staged copy of " + source().string()), HasSubstr("--clean")));
  other = copy;
  other.plan = StagingPlan::Replicate;
  EXPECT_THAT(refused(other), HasSubstr("by the plan slab"));
  other = copy;
  other.box->d.end = 6;
  EXPECT_THAT(refused(other), HasSubstr("[0,5)x[0,16)x[0,16)"));
}

TEST_F(StagingDirectory, UnfinishedFilesOfACrashAreRemoved) {
  prepare(some_copy(source()));
  write_whole_file(staging_scratch(directory()) / "0-3.partial", std::string("half"));
  prepare(some_copy(source()));
  EXPECT_FALSE(fs::exists(staging_scratch(directory()) / "0-3.partial"));
}

TEST_F(StagingDirectory, CleaningRemovesWhatStagingWroteAndNothingElse) {
  prepare(some_copy(source()));
  {
    StagingJournal journal(staging_scratch(directory()) / "files-0.txt");
    journal.add("train/a.hdf5", {1, 2, 3, 4});
    journal.add("stats.h5", {1, 2, 3, 4});
  }
  for (const char* file : {"train/a.hdf5", "train/mine.txt", "stats.h5", "notes"})
    write_whole_file(directory() / file, std::string("text"));
  EXPECT_EQ(clean_staging(directory(), kNoBatch), 2);
  EXPECT_THAT(contents(directory()), testing::UnorderedElementsAre(testing::Pair("train/mine.txt", "text"),
                                                                   testing::Pair("notes", "text")));
  EXPECT_THAT(message_of<InputError>([&] { clean_staging(directory(), kNoBatch); }),
              HasSubstr("nothing is staged"));
}

TEST_F(StagingDirectory, HasRoomOrSaysHowMuchThereIs) {
  check_capacity(temporary_.path(), 1);
  EXPECT_THAT(message_of<MachineError>([&] { check_capacity(temporary_.path(), std::uint64_t{1} << 62); }),
              HasSubstr("4611686018427387904 bytes are to be staged, and there is room for"));
}

TEST_F(StagingDirectory, ItsRecordIsReadAsItWasWritten) {
  const StagedCopy copy = some_copy(source());
  EXPECT_FALSE(read_staged_copy(source()).has_value());
  write_staged_copy(source(), copy);
  EXPECT_EQ(read_staged_copy(source()), copy);
  write_whole_file(source() / kStagingRecordName, std::string("{\"format\": 1}"));
  EXPECT_THAT(message_of<InputError>([&] { read_staged_copy(source()); }), HasSubstr("staging.json"));
}

TEST_F(StagingDirectory, ItsRecordHoldsNamesOfAnyBytes) {
  StagedCopy copy = some_copy("/data/M\xfcll");
  copy.train.names.add("\n \" \\.hdf5");
  copy.validation.names.add("\xff.hdf5");
  write_staged_copy(source(), copy);
  EXPECT_EQ(read_staged_copy(source()), copy);
}

TEST_F(StagingDirectory, ItsRecordIsRefusedWhereANameIsNone) {
  for (const char* name : {"3", "\"a\\u0000b\"", "null"}) {
    std::string record = record_of(some_copy(source()));
    record.replace(record.find("\"b.hdf5\""), 8, name);
    write_whole_file(source() / kStagingRecordName, record);
    EXPECT_THAT(message_of<InputError>([&] { read_staged_copy(source()); }),
                AllOf(HasSubstr("an invalid file name"), HasSubstr(kStagingRecordName)));
  }
}

TEST_F(StagingDirectory, SamplesKeepTheirNumbersInACopyThatHasNotAll) {
  write_staged_copy(source(), some_copy("/elsewhere"));
  DataListing listing = list_data(source());
  EXPECT_EQ(listing.validation, SampleNames{"v.hdf5"});
  const SampleFiles samples = take_files(listing, kTrain);
  EXPECT_EQ(samples.names, (SampleNames{"a.hdf5", "b.hdf5", "c.hdf5"}));
  EXPECT_EQ(samples[2], source() / "train/c.hdf5");
  EXPECT_EQ(samples.box, (Box{{0, 5}, {0, 16}, {0, 16}}));
}

TEST_F(StagingDirectory, IsReadFromOnlyWhereItHoldsWhatIsRead) {
  StagedCopy copy = some_copy("/elsewhere");
  const Box box{{1, 5}, {0, 16}, {0, 16}}, larger{{1, 6}, {0, 16}, {0, 16}};
  const DrawnSamples held{{{2, 3}}, {{0, 1}}}, more{{{0, 3}}, {{0, 1}}};
  write_staged_copy(source(), copy);
  check_staged_copy(list_data(source()), held, box);
  EXPECT_THAT(message_of<InputError>([&] { check_staged_copy(list_data(source()), held, larger); }),
              HasSubstr("holds the box [0,5)x[0,16)x[0,16) of each sample, and [1,6)x[0,16)x[0,16) is read"));
  EXPECT_THAT(message_of<InputError>([&] { check_staged_copy(list_data(source()), more, box); }),
              HasSubstr("holds the training samples 0 to 0, 2 to 2, and 0 to 2 are drawn"));
  copy.complete = false;
  write_staged_copy(source(), copy);
  EXPECT_THAT(message_of<InputError>([&] { check_staged_copy(list_data(source()), held, box); }),
              HasSubstr("not complete"));
}

}  // namespace
}  // namespace tessera
