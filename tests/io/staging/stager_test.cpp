#include "io/staging/stager.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <fstream>
#include <numeric>
#include <random>
#include <string>

#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/files/checksum.hpp"
#include "io/staging/staging_directory.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/referring_file.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Extents kSpace{12, 10, 8};
constexpr std::int64_t kChannels = 4;
constexpr CosmoflowTarget kStagedTarget{0.25F, -0.5F, 0.75F, 1};

std::vector<std::int16_t> counts_of(int sample) {
  std::mt19937 random(static_cast<unsigned>(sample));
  std::vector<std::int16_t> counts(static_cast<std::size_t>(kSpace.count() * kChannels));
  for (std::int16_t& count : counts) count = static_cast<std::int16_t>(random() % 300);
  return counts;
}

/// A data set of six samples, and where it is staged to.
class Staged : public testing::Test {
 protected:
  Staged() {
    fs::create_directories(source() / "train");
    for (int i = 0; i < 6; ++i) {
      write_whole_file(source() / name(i), cosmoflow_image(kSpace, kChannels, counts_of(i), kStagedTarget));
      files_.push_back({name(i), std::nullopt});
    }
    StagedCopy copy;
    copy.source = source();
    prepare(copy);
  }
  void prepare(const StagedCopy& copy) {
    fs::create_directories(staging_scratch(directory()));
    prepare_staging(directory(), copy);
  }
  fs::path source() const { return temporary_ / "source"; }
  fs::path directory() const { return temporary_ / "copy"; }
  static std::string name(int sample) { return fmt::format("train/{}.hdf5", sample); }
  Stager::Options options() const {
    return {.source = source(), .directory = directory(), .first_sample = source() / name(0)};
  }

  /// Stages all that is missing.
  StagingCounts stage(Stager::Options options) {
    Stager stager(std::move(options), files_);
    stager.look(read_journals(staging_scratch(directory()), [](const std::string&) { return true; }));
    damaged_ = stager.damaged();
    while (stager.files_missing() > 0) stager.copy(2);
    left_out_ = stager.left_out();
    return stager.counts();
  }
  StagingCounts stage() { return stage(options()); }
  void flip_bit(const fs::path& path, std::int64_t at) {
    const auto time = fs::last_write_time(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
    file.close();
    fs::last_write_time(path, time);
  }
  bool is_the_source() const { return contents(directory() / "train") == contents(source() / "train"); }
  bool nothing_unfinished() const {
    for (const auto& [file, bytes] : contents(directory()))
      if (file.find(".partial") != std::string::npos) return false;
    return true;
  }

  TemporaryDirectory temporary_;
  std::vector<FileToStage> files_;
  std::vector<std::string> damaged_, left_out_;
};

TEST_F(Staged, FilesAreThoseOfTheSourceBitForBit) {
  const StagingCounts counts = stage();
  EXPECT_EQ(counts.copied, 6);
  EXPECT_EQ(counts.bytes_read, counts.bytes_written);
  EXPECT_TRUE(is_the_source());
  EXPECT_TRUE(nothing_unfinished());
}

TEST_F(Staged, ASecondCallCopiesOnlyWhatIsMissingOrChanged) {
  stage();
  fs::remove(directory() / name(1));
  write_whole_file(source() / name(4), cosmoflow_image(kSpace, kChannels, counts_of(9), kStagedTarget));
  const StagingCounts counts = stage();
  EXPECT_EQ(counts.copied, 2);
  EXPECT_EQ(counts.kept, 4);
  EXPECT_THAT(damaged_, IsEmpty());
  EXPECT_TRUE(is_the_source());
}

TEST_F(Staged, AFlippedBitInACopyIsFoundNamedAndMended) {
  stage();
  for (const std::int64_t at : {0, 3000}) {
    flip_bit(directory() / name(3), at);
    EXPECT_EQ(stage().copied, 1);
    EXPECT_THAT(damaged_, ElementsAre(name(3)));
    EXPECT_TRUE(is_the_source());
  }
  fs::resize_file(directory() / name(2), 100);
  EXPECT_EQ(stage().copied, 1);
  EXPECT_THAT(damaged_, ElementsAre(name(2)));
}

TEST_F(Staged, AFileThatNoJournalKnowsIsNotTakenForStaged) {
  write_whole_file(directory() / name(2), std::string("whatever this is"));
  EXPECT_EQ(stage().copied, 6);
  EXPECT_TRUE(is_the_source());
}

TEST_F(Staged, AJournalThatACrashCutShortLosesNoMoreThanItsLastLine) {
  stage();
  fs::path journal = staging_scratch(directory()) / "files-0.txt";
  fs::resize_file(journal, fs::file_size(journal) - 3);
  EXPECT_EQ(stage().copied, 1);
  EXPECT_EQ(stage().kept, 6) << "the line after the one cut short is whole";
}

TEST_F(Staged, NamesWithALinesEndAreKnownAgain) {
  const std::string name = "train/a\\n\nb\\.hdf5";
  fs::copy_file(source() / files_.front().name, source() / name);
  files_ = {{name, std::nullopt}};
  EXPECT_EQ(stage().copied, 1);
  EXPECT_EQ(stage().kept, 1);
  EXPECT_EQ(clean_staging(directory(), [](const std::string&) { return false; }), 1);
}

TEST_F(Staged, AFlippedBitInTheSourceIsFoundByItsManifest) {
  for (FileToStage& file : files_) file.checksum = checksum_of_file(source() / file.name);
  flip_bit(source() / name(5), 3000);
  EXPECT_THAT(message_of<InputError>([&] { stage(); }),
              AllOf(HasSubstr("train/5.hdf5"), HasSubstr("manifest")));
  EXPECT_FALSE(fs::exists(directory() / name(5)));
  EXPECT_TRUE(nothing_unfinished());
  flip_bit(source() / name(5), 3000);
  stage();
  EXPECT_TRUE(is_the_source());
}

TEST_F(Staged, SamplesOfAnotherFormAreRefusedByName) {
  write_whole_file(source() / name(4), cosmoflow_image({12, 8, 10}, kChannels, counts_of(4), kStagedTarget));
  EXPECT_THAT(message_of<InputError>([&] { stage(); }),
              AllOf(HasSubstr("train/4.hdf5"), HasSubstr("int16 (12,8,10,4)")));
  write_whole_file(source() / name(4), std::string("no HDF5 at all"));
  EXPECT_THAT(message_of<InputError>([&] { stage(); }), HasSubstr("not an HDF5 file"));
}

TEST_F(Staged, SourcesThatCannotBeReadAreRefusedByName) {
  const auto refused = [&](const char* what) {
    EXPECT_THAT(message_of<InputError>([&] { stage(); }), AllOf(HasSubstr("train/3.hdf5"), HasSubstr(what)));
  };
  fs::remove(source() / name(3));
  refused("No such file");
  fs::create_symlink("nowhere", source() / name(3));
  refused("a link leads to");
  fs::remove(source() / name(3));
  fs::create_directory(source() / name(3));
  refused("no regular file");
}

TEST_F(Staged, ALinkIsStagedAsWhatItLeadsTo) {
  fs::rename(source() / name(2), temporary_ / "elsewhere.hdf5");
  fs::create_symlink(temporary_ / "elsewhere.hdf5", source() / name(2));
  stage();
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(directory() / name(2))));
  EXPECT_EQ(checksum_of_file(directory() / name(2)), checksum_of_file(temporary_ / "elsewhere.hdf5"));
}

// A limit on the size of files stands in for a disk that is full: writes fail in the same way.
TEST_F(Staged, AWriteThatFailsLeavesNothingUnfinishedAndIsMendedByASecondCall) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{5000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string said = message_of<MachineError>([&] { stage(); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(said, AllOf(HasSubstr("cannot write a file"), HasSubstr("copy/train/")));
  EXPECT_TRUE(nothing_unfinished());
  EXPECT_THAT(contents(directory() / "train"), IsEmpty());
  stage();
  EXPECT_TRUE(is_the_source());
}

std::vector<std::int16_t> read_counts(const fs::path& path, const Box& box) {
  const Hdf5File file(path);
  std::vector<std::int16_t> counts(static_cast<std::size_t>(box.count() * kChannels));
  read_cosmoflow_counts(file, box, kChannels, counts);
  return counts;
}

TEST_F(Staged, ABoxOfEachSampleIsThatOfTheSourceBitForBit) {
  for (const Box& box : {Box{{3, 7}, {0, 10}, {0, 8}}, Box{{0, 12}, {2, 9}, {0, 8}},
                         Box{{5, 6}, {1, 4}, {2, 7}}, Box::whole(kSpace)}) {
    fs::remove_all(directory());
    StagedCopy copy;
    copy.source = source();
    copy.box = box;
    prepare(copy);
    Stager::Options options = this->options();
    options.box = box;
    options.space = kSpace;
    const StagingCounts counts = stage(options);
    EXPECT_EQ(counts.bytes_read,
              6 * (static_cast<std::uint64_t>(box.count() * kChannels) * 2 + sizeof kStagedTarget))
        << "no byte outside of the box is read";
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(read_counts(directory() / name(i), Box::whole(box.extents())),
                read_counts(source() / name(i), box));
      EXPECT_EQ(read_cosmoflow_target(Hdf5File(directory() / name(i))), kStagedTarget);
      EXPECT_TRUE(Hdf5File(directory() / name(i)).offset("x").has_value());
    }
    EXPECT_EQ(stage(options).kept, 6);
  }
}

TEST_F(Staged, AClimatesBoxIsCutFromFieldsAndLabels) {
  constexpr Extents kMap{1, 12, 9};
  std::vector<float> fields(static_cast<std::size_t>(kMap.count()) * 16);
  std::iota(fields.begin(), fields.end(), 0.F);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(kMap.count()));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 3);
  fs::remove_all(source() / "train");
  fs::create_directory(source() / "train");
  write_whole_file(source() / name(0), deepcam_image(kMap, fields, labels));
  files_.resize(1);
  Stager::Options options = this->options();
  const Box box{{0, 1}, {4, 9}, {0, 9}};
  options.box = box;
  options.space = kMap;
  stage(options);

  const Hdf5File copy(directory() / name(0));
  check_deepcam_form(copy, box.extents());
  std::vector<float> cut(static_cast<std::size_t>(box.count()) * 16);
  read_deepcam_fields(copy, Box::whole(box.extents()), cut);
  EXPECT_TRUE(std::equal(cut.begin(), cut.end(), fields.begin() + 4 * 9 * 16));
  std::vector<std::uint8_t> cut_labels(static_cast<std::size_t>(box.count()));
  read_deepcam_labels(copy, Box::whole(box.extents()), cut_labels);
  EXPECT_TRUE(std::equal(cut_labels.begin(), cut_labels.end(), labels.begin() + 4 * 9));
}

/// Compressed as h5py does with chunks, compression="gzip", shuffle=True.
void write_compressed(const fs::path& path, int sample) {
  ChunkedFile file(path);
  file.add<std::int16_t>("x", H5T_NATIVE_INT16, {{12, 10, 8, 4}, {5, 4, 8, 4}, true, 4, true},
                         counts_of(sample));
  file.add<float>("y", H5T_NATIVE_FLOAT, {{4}, {}},
                  std::vector<float>(kStagedTarget.begin(), kStagedTarget.end()));
}

TEST_F(Staged, CompressedSamplesAreDecompressedOnTheWay) {
  for (int i = 0; i < 6; ++i) write_compressed(source() / name(i), i);
  for (FileToStage& file : files_) file.checksum = checksum_of_file(source() / file.name);
  stage();
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(read_counts(directory() / name(i), Box::whole(kSpace)), counts_of(i));
    EXPECT_TRUE(Hdf5File(directory() / name(i)).offset("x").has_value()) << "in one piece";
  }
  EXPECT_EQ(stage().kept, 6);
  flip_bit(source() / name(2), 4000);
  fs::remove(directory() / name(2));
  EXPECT_THAT(message_of<InputError>([&] { stage(); }), HasSubstr("train/2.hdf5"));
}

TEST_F(Staged, ABoxIsCutFromCompressedSamplesToo) {
  for (int i = 0; i < 6; ++i) write_compressed(source() / name(i), i);
  Stager::Options options = this->options();
  const Box box{{3, 7}, {2, 9}, {0, 8}};
  options.box = box;
  options.space = kSpace;
  const std::vector<std::int16_t> expected = read_counts(source() / name(1), box);
  stage(options);
  EXPECT_EQ(read_counts(directory() / name(1), Box::whole(box.extents())), expected);
}

TEST_F(Staged, WhatASampleHasInOtherFilesIsCopiedIntoIt) {
  {
    ChunkedFile elsewhere(temporary_ / "elsewhere.h5");
    elsewhere.add("two", H5T_NATIVE_INT16, {{12, 10, 8, 4}, {}}, counts_of(2));
    elsewhere.add("three", H5T_NATIVE_INT16, {{12, 10, 8, 4}, {5, 4, 8, 4}, true, 4}, counts_of(3));
  }
  const std::vector<float> target(kStagedTarget.begin(), kStagedTarget.end());
  {
    ChunkedFile linked(source() / name(2)), virtual_one(source() / name(3));
    add_external_link(linked, "x", "../../elsewhere.h5", "/two");
    add_virtual(virtual_one, "x", H5T_NATIVE_INT16, {12, 10, 8, 4},
                {{0, 12, (temporary_ / "elsewhere.h5").string(), "three"}});
    for (ChunkedFile* file : {&linked, &virtual_one}) file->add("y", H5T_NATIVE_FLOAT, {{4}, {}}, target);
  }
  stage();
  fs::remove(temporary_ / "elsewhere.h5");
  for (const int i : {2, 3}) {
    EXPECT_EQ(read_counts(directory() / name(i), Box::whole(kSpace)), counts_of(i));
    EXPECT_EQ(read_cosmoflow_target(Hdf5File(directory() / name(i))), kStagedTarget);
    EXPECT_TRUE(Hdf5File(directory() / name(i)).offset("x").has_value());
  }
}

TEST_F(Staged, ASampleThatIsNotWholeIsRefusedAndTheFirstBeforeAnyIsCopied) {
  const auto unwritten = [&](int sample) {
    ChunkedFile file(source() / name(sample));
    H5Dclose(file.create("x", H5T_NATIVE_INT16, {{12, 10, 8, 4}, {}}));
    file.add("y", H5T_NATIVE_FLOAT, {{4}, {}}, std::vector<float>(4));
  };
  const auto refused = [&](int sample) {
    EXPECT_THAT(message_of<InputError>([&] { stage(); }),
                AllOf(HasSubstr(name(sample)), HasSubstr("'x' was never written")));
    EXPECT_FALSE(fs::exists(directory() / name(sample)));
    EXPECT_TRUE(nothing_unfinished());
  };
  unwritten(3);
  refused(3);
  fs::remove_all(directory());
  StagedCopy copy;
  copy.source = source();
  prepare(copy);
  unwritten(0);
  refused(0);
  EXPECT_THAT(contents(directory() / "train"), IsEmpty());
}

/// With labels of two types, and with texts that make no part of a sample.
void write_labelled(const fs::path& path, int sample, bool compressed) {
  ChunkedFile file(path);
  const std::vector<hsize_t> shape{12, 10, 8}, chunk = compressed ? shape : std::vector<hsize_t>{};
  const int deflate = compressed ? 4 : 0;
  file.add("x", H5T_NATIVE_INT16, {{12, 10, 8, 4}, {}}, counts_of(sample));
  file.add("y", H5T_NATIVE_FLOAT, {{4}, {}}, std::vector<float>(kStagedTarget.begin(), kStagedTarget.end()));
  std::vector<std::uint16_t> labels(12 * 10 * 8);
  std::iota(labels.begin(), labels.end(), std::uint16_t{65'000});
  file.add("labels", H5T_NATIVE_UINT16, {shape, chunk, false, deflate}, labels);
  file.add("more", H5T_NATIVE_INT32, {shape, chunk, false, deflate},
           std::vector<std::int32_t>(labels.begin(), labels.end()));
  add_texts(file, "names", std::vector<const char*>(static_cast<std::size_t>(1 + sample), "Omega_m"));
}

TEST_F(Staged, NumbersOfAllTypesAreCopiedAndTextsLeftOutWhereSamplesAreWrittenAnew) {
  for (int i = 0; i < 6; ++i) write_labelled(source() / name(i), i, true);
  stage();
  EXPECT_THAT(left_out_, ElementsAre("names"));
  for (int i = 0; i < 6; ++i) {
    const Hdf5File copy(directory() / name(i)), original(source() / name(i));
    EXPECT_THAT(copy.names(), ElementsAre("labels", "more", "x", "y"));
    EXPECT_EQ(copy.describe("labels"), (Hdf5Array{"uint16", {12, 10, 8}}));
    EXPECT_EQ(copy.describe("more"), (Hdf5Array{"int32", {12, 10, 8}}));
    for (const char* array : {"labels", "more"}) {
      const std::vector<Interval> all{{0, 12}, {0, 10}, {0, 8}};
      std::vector<std::int32_t> found(12 * 10 * 8), expected(found.size());
      copy.read<std::int32_t>(array, all, found);
      original.read<std::int32_t>(array, all, expected);
      EXPECT_EQ(found, expected);
    }
  }
}

TEST_F(Staged, TextsGoAlongWhereSamplesAreCopiedAsTheyAre) {
  for (int i = 0; i < 6; ++i) write_labelled(source() / name(i), i, false);
  stage();
  EXPECT_THAT(left_out_, IsEmpty());
  EXPECT_TRUE(is_the_source());
}

TEST_F(Staged, SomeCompressedSamplesAmongOthersAreDecompressed) {
  write_compressed(source() / name(3), 3);
  stage();
  EXPECT_EQ(read_counts(directory() / name(3), Box::whole(kSpace)), counts_of(3));
  EXPECT_TRUE(Hdf5File(directory() / name(3)).offset("x").has_value());
  EXPECT_EQ(checksum_of_file(directory() / name(2)), checksum_of_file(source() / name(2)));
}

}  // namespace
}  // namespace tessera
