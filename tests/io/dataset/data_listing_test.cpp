#include "io/dataset/data_listing.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "io/dataset/data_origin.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/files/whole_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string name_of(std::int64_t number) {
  return std::string(static_cast<std::size_t>(1 + number % 23), 'n') + std::to_string(number);
}

TEST(SampleNames, AreFoundByNumberHoweverManyThereAre) {
  for (const std::int64_t count : {0, 1, 15, 16, 17, 100}) {
    SampleNames names;
    for (std::int64_t i = 0; i < count; ++i) names.add(name_of(i));
    const std::string text = names.text();
    SampleNames sent(text);
    EXPECT_EQ(sent, names);
    for (const std::int64_t kept : {count, count / 2}) {
      sent.keep_first(kept);
      ASSERT_EQ(sent.size(), kept);
      for (std::int64_t i = 0; i < kept; ++i) EXPECT_EQ(sent[i], name_of(i));
    }
    sent.add("more");
    EXPECT_EQ(sent[count / 2], "more");
    EXPECT_EQ(names.release(), text);
    EXPECT_EQ(names.size(), 0);
  }
}

class Listing : public testing::Test {
 protected:
  Listing() {
    for (const char* folder : {kTrain, kValidation}) fs::create_directories(directory_ / folder);
    for (const char* name : {"train/b.h5", "train/a.hdf5", "train/stats.h5", "train/.hdf5", "train/._a.hdf5",
                             "train/notes.txt", "validation/\xff\n.hdf5"})
      write_whole_file(directory_ / name, std::string("x"));
  }
  TemporaryDirectory directory_;
};

TEST_F(Listing, HasTheSamplesInOrderOfNameAndNothingElse) {
  DataListing listing = list_data(directory_.path());
  EXPECT_EQ(listing.train, (SampleNames{"a.hdf5", "b.h5"}));
  EXPECT_EQ(listing.validation, SampleNames{"\xff\n.hdf5"});
  EXPECT_EQ(listing.staging_record, "");
  EXPECT_EQ(listing.manifest, "null");
  const SampleFiles files = first_samples(take_files(listing, kValidation), 1);
  EXPECT_TRUE(fs::exists(files[0]));
  EXPECT_EQ(listing.validation.size(), 0);
}

TEST_F(Listing, NamesWhatALinkToAFolderLeadsTo) {
  fs::remove_all(directory_ / kValidation);
  fs::create_directory_symlink("/scratch/gone", directory_ / kValidation);
  EXPECT_THAT(message_of<InputError>([&] { list_data(directory_.path()); }),
              HasSubstr("a link leads to '/scratch/gone', which is missing"));
}

TEST_F(Listing, HasTheManifestWithoutItsChecksums) {
  const auto manifest = [&](const std::string& text) {
    write_whole_file(directory_ / kManifestName, text);
    return Json::parse(list_data(directory_.path()).manifest);
  };
  const std::string sums =
      R"("checksums": {"train/a.hdf5": "00000000000000ff", "recipe": "0000000000000001"})";
  EXPECT_EQ(manifest("{" + sums + R"(, "recipe": {"checksums": 1}, "x": [1, {"y": 2}]})"),
            Json::parse(R"({"recipe": {"checksums": 1}, "x": [1, {"y": 2}]})"));
  std::map<std::string, std::uint64_t> found;
  read_checksums(directory_.path(), [&](const std::string& name, std::uint64_t sum) { found[name] = sum; });
  EXPECT_EQ(found, (std::map<std::string, std::uint64_t>{{"train/a.hdf5", 255}, {"recipe", 1}}));
  EXPECT_TRUE(is_generated(manifest("no JSON"))) << "of what can't be read nothing better is claimed";
}

TEST_F(Listing, RefusesWhatIsMissingOrUnfinished) {
  const auto refused = [&](const fs::path& directory) {
    return message_of<InputError>([&] { list_data(directory); });
  };
  EXPECT_THAT(refused(directory_ / "none"), HasSubstr("none"));
  write_whole_file(directory_ / kUnfinishedName, std::string("{}"));
  EXPECT_THAT(refused(directory_.path()), HasSubstr("unfinished"));
  fs::remove(directory_ / kUnfinishedName);
  fs::remove_all(directory_ / kValidation);
  EXPECT_THAT(refused(directory_.path()), HasSubstr("validation"));
}

}  // namespace
}  // namespace tessera
