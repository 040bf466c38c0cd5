#include <gmock/gmock.h>

#include <cstdlib>
#include <numeric>

#include "io/files/whole_file.hpp"
#include "io/hdf5/hdf5_chunks.hpp"
#include "support/errors.hpp"
#include "support/referring_file.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr hsize_t kRows = 6;

std::vector<std::int16_t> rows(std::int16_t first, std::size_t count = kRows) {
  std::vector<std::int16_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

/// A directory with a file a.h5, whose data set 'x' is of six int16.
class WholeData : public testing::Test {
 protected:
  fs::path path() const { return directory_ / "a.h5"; }
  /// Writes it: fill adds 'x'.
  template <class Fill>
  void write(const Fill& fill) const {
    ChunkedFile file(path());
    fill(file);
  }
  void write_source(const std::string& name, const std::vector<std::int16_t>& values) const {
    ChunkedFile file(directory_ / name);
    file.add("full", H5T_NATIVE_INT16, {{values.size()}, {}}, values);
  }
  std::vector<std::int16_t> read() const {
    std::vector<std::int16_t> values(kRows);
    const Hdf5File file(path());
    file.check_whole("x");
    file.read<std::int16_t>("x", std::vector<Interval>{{0, kRows}}, values);
    return values;
  }
  /// What is said by each way to read it, which is the same.
  std::string refused() const {
    const Hdf5File file(path());
    std::vector<std::int16_t> values(kRows);
    const std::vector<Interval> all{{0, kRows}};
    const std::string said = message_of<InputError>([&] { file.check_whole("x"); });
    EXPECT_EQ(message_of<InputError>([&] { file.read<std::int16_t>("x", all, values); }), said);
    EXPECT_EQ(message_of<InputError>([&] { read_inflated<std::int16_t>(file, "x", all, values, 1); }), said);
    EXPECT_EQ(message_of<InputError>([&] { Hdf5Image().copy(file, "x", Hdf5Compression::None); }), said);
    EXPECT_THAT(said, HasSubstr(path().string()));
    return said;
  }

  TemporaryDirectory directory_;
};

TEST_F(WholeData, AnArrayThatWasNeverWrittenIsRefused) {
  write([](ChunkedFile& file) { H5Dclose(file.create("x", H5T_NATIVE_INT16, {{kRows}, {}})); });
  EXPECT_THAT(refused(), HasSubstr("the data set 'x' was never written"));
}

TEST_F(WholeData, ChunksThatWereNeverWrittenAreCountedAndRefused) {
  write([](ChunkedFile& file) { H5Dclose(file.create("x", H5T_NATIVE_INT16, {{kRows}, {2}})); });
  EXPECT_THAT(refused(), HasSubstr("'x' is unfinished: 3 of its 3 chunks were never written"));
  for (const bool newest_format : {false, true}) {
    write([&](ChunkedFile& file) {
      if (newest_format) H5Fset_libver_bounds(file.id(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
      H5Dclose(file.create("x", H5T_NATIVE_INT16, {{kRows}, {4}, true, 4, false}));
      file.store("x", {0}, std::vector<std::uint8_t>(8), 3);
    });
    EXPECT_THAT(refused(), HasSubstr("'x' is unfinished: 1 of its 2 chunks were never written"));
  }
}

TEST_F(WholeData, WhatHasNoElementsLacksNone) {
  write([](ChunkedFile& file) {
    H5Dclose(file.create("contiguous", H5T_NATIVE_INT16, {{0}, {}}));
    H5Dclose(file.create("chunked", H5T_NATIVE_INT16, {{0, 4}, {1, 4}}));
  });
  const Hdf5File file(path());
  std::vector<std::int16_t> none;
  file.read<std::int16_t>("contiguous", std::vector<Interval>{{0, 0}}, none);
  read_inflated<std::int16_t>(file, "chunked", std::vector<Interval>{{0, 0}, {0, 4}}, std::span(none), 1);
}

TEST_F(WholeData, AMissingFilterIsNamedWithItsNumberAndWherePlugInsAreLookedFor) {
  for (const auto& [number, name] : std::vector<std::pair<H5Z_filter_t, std::string>>{
           {32015, "Zstandard"}, {32001, "Blosc"}, {32000, "LZF"}}) {
    write([&, filter = number](ChunkedFile& file) {
      H5Dclose(file.create("x", H5T_NATIVE_INT16, {{kRows}, {kRows}, false, 0, false, filter}));
      file.store("x", {0}, std::vector<std::uint8_t>(5));
    });
    EXPECT_THAT(refused(),
                AllOf(HasSubstr(fmt::format("'x' is compressed by the filter {} ({})", number, name)),
                      HasSubstr("where the library looks (/"), HasSubstr("HDF5_PLUGIN_PATH")));
  }
}

TEST_F(WholeData, ExternalStorageIsReadWhereItsFileIsThereAndLongEnough) {
  const fs::path raw = directory_ / "u.bin";
  write([&](ChunkedFile& file) { add_external(file, "x", H5T_NATIVE_INT16, {kRows}, raw.string()); });
  EXPECT_THAT(refused(),
              HasSubstr(fmt::format("'x' has its elements in '{}', which is missing", raw.string())));
  const std::vector<std::int16_t> values = rows(3);
  write_whole_file(raw, std::as_bytes(std::span(values)));
  EXPECT_EQ(read(), values);
  fs::resize_file(raw, 10);
  EXPECT_THAT(refused(), HasSubstr("which has 10 of 12 bytes"));
}

TEST_F(WholeData, AVirtualDataSetIsReadWhereItsSourcesAreThere) {
  write([](ChunkedFile& file) {
    add_virtual(file, "x", H5T_NATIVE_INT16, {kRows}, {{0, 4, "u.h5", "full"}, {4, 2, "v.h5", "full"}});
  });
  write_source("u.h5", rows(0, 4));
  EXPECT_THAT(refused(), HasSubstr("the virtual data set 'x' takes 'full' from 'v.h5', which is missing"));
  write_source("v.h5", rows(4, 2));
  EXPECT_THAT(read(), ElementsAre(0, 1, 2, 3, 4, 5));
  write_source("v.h5", rows(4, 1));
  EXPECT_THAT(refused(), HasSubstr("'v.h5', which has less of it than is taken"));
  write_source("v.h5", rows(4, 2));
  fs::resize_file(directory_ / "v.h5", fs::file_size(directory_ / "v.h5") / 2);
  EXPECT_THAT(refused(), AllOf(HasSubstr("'v.h5', which can't be read"), HasSubstr("truncated file")));
  ChunkedFile(directory_ / "v.h5").add("other", H5T_NATIVE_INT16, {{2}, {}}, rows(0, 2));
  EXPECT_THAT(refused(), HasSubstr("takes 'full' from 'v.h5', which lacks it"));
  H5Dclose(ChunkedFile(directory_ / "v.h5").create("full", H5T_NATIVE_INT16, {{2}, {}}));
  EXPECT_THAT(refused(), HasSubstr("'full' was never written"));
}

TEST_F(WholeData, SourcesOfAVirtualDataSetMustFillIt) {
  write_source("u.h5", rows(0, 2));
  write([](ChunkedFile& file) {
    add_virtual(file, "x", H5T_NATIVE_INT16, {kRows}, {{0, 2, "u.h5", "full"}, {1, 2, "u.h5", "full"}});
  });
  EXPECT_THAT(refused(), HasSubstr("'x' has a source for 3 of its 6 elements"));
}

TEST_F(WholeData, AVirtualDataSetOfItselfIsRefused) {
  write([](ChunkedFile& file) { add_virtual(file, "x", H5T_NATIVE_INT16, {kRows}, {{0, kRows, ".", "x"}}); });
  EXPECT_THAT(refused(), HasSubstr("too many that take from one another"));
}

TEST_F(WholeData, SourcesAreLookedForWhereTheEnvironmentSays) {
  fs::create_directory(directory_ / "raw");
  write_source("raw/u.h5", rows(1));
  write([](ChunkedFile& file) {
    add_virtual(file, "x", H5T_NATIVE_INT16, {kRows}, {{0, kRows, "/nowhere/u.h5", "full"}});
  });
  EXPECT_THAT(refused(), HasSubstr("'/nowhere/u.h5', which is missing"));
  setenv("HDF5_VDS_PREFIX", (directory_ / "raw").c_str(), 1);
  EXPECT_EQ(read(), rows(1));
  unsetenv("HDF5_VDS_PREFIX");
}

TEST_F(WholeData, LinksAreFollowedWithinAFileAndToOthers) {
  write_source("u.h5", rows(7));
  write([](ChunkedFile& file) {
    add_external_link(file, "x", "u.h5", "/full");
    H5Gclose(H5Gcreate2(file.id(), "deep", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    file.add("deep/y", H5T_NATIVE_INT16, {{kRows}, {}}, rows(2));
    add_soft_link(file, "a", "/deep/y");
    add_soft_link(file, "alias", "/deep");
    add_soft_link(file, "deep/round", "/");
    add_external_link(file, "other", "u.h5", "/");
  });
  const Hdf5File file(path());
  EXPECT_THAT(file.names(), ElementsAre("a", "deep/y", "other/full", "x"));
  EXPECT_EQ(read(), rows(7));
  EXPECT_TRUE(file.is_within("a"));
  EXPECT_TRUE(file.offset("a").has_value());
  EXPECT_FALSE(file.is_within("x"));
  EXPECT_FALSE(file.offset("x").has_value()) << "it isn't in this file";
  EXPECT_TRUE(file.holds("alias/y"));
  EXPECT_FALSE(file.holds("alias"));
  EXPECT_FALSE(file.holds("deep/z"));
  EXPECT_FALSE(file.holds("none/y"));
}

TEST_F(WholeData, LinksInCirclesAreFollowedOnce) {
  {
    ChunkedFile other(directory_ / "u.h5");
    other.add("full", H5T_NATIVE_INT16, {{kRows}, {}}, rows(0));
    add_soft_link(other, "round", "/");
    add_external_link(other, "self", "u.h5", "/");
    add_external_link(other, "back", "a.h5", "/");
  }
  write([](ChunkedFile& file) { add_external_link(file, "other", "u.h5", "/"); });
  EXPECT_THAT(Hdf5File(path()).names(), ElementsAre("other/full"));
}

TEST_F(WholeData, ChunksOfALinkedFileAreReadThoughTheyAreLargerThanThisFile) {
  const std::vector<std::int16_t> values = rows(0, 30'000);
  {
    ChunkedFile source(directory_ / "u.h5");
    source.add("full", H5T_NATIVE_INT16, {{values.size()}, {values.size()}, false, 0, true}, values);
  }
  write([](ChunkedFile& file) { add_external_link(file, "x", "u.h5", "/full"); });
  std::vector<std::int16_t> read(values.size());
  read_inflated<std::int16_t>(Hdf5File(path()), "x", std::vector<Interval>{{0, 30'000}}, std::span(read), 2);
  EXPECT_EQ(read, values);
}

TEST_F(WholeData, ALinkThatLeadsNowhereIsNamedWithItsTarget) {
  const auto said = [&] {
    const Hdf5File file(path());
    EXPECT_TRUE(file.holds("x")) << "so that its lack is met, and not taken for another form";
    const std::string message = message_of<InputError>([&] { file.describe("x"); });
    EXPECT_THAT(message_of<InputError>([&] { file.names(); }),
                HasSubstr(message.substr(0, message.find('\n'))));
    return message;
  };
  write([](ChunkedFile& file) { add_external_link(file, "x", "../raw/u.h5", "/full"); });
  EXPECT_THAT(said(), HasSubstr("the link 'x' leads to '/full' in '../raw/u.h5', which is missing"));
  write_source("u.h5", rows(0));
  write([](ChunkedFile& file) { add_external_link(file, "x", "u.h5", "/none"); });
  EXPECT_THAT(said(), HasSubstr("the link 'x' leads to '/none' in 'u.h5', which lacks it"));
  fs::resize_file(directory_ / "u.h5", fs::file_size(directory_ / "u.h5") / 2);
  EXPECT_THAT(said(), AllOf(HasSubstr("in 'u.h5', which can't be read"), HasSubstr("truncated file")));
  write([](ChunkedFile& file) { add_soft_link(file, "x", "/gone"); });
  EXPECT_THAT(said(), HasSubstr("the link 'x' leads to '/gone', which is not there"));
}

TEST(Hdf5, AFileBehindALinkThatLeadsNowhereIsNamed) {
  const TemporaryDirectory directory;
  fs::create_symlink("gone.hdf5", directory / "between.hdf5");
  fs::create_symlink("between.hdf5", directory / "a.hdf5");
  const std::string said =
      fmt::format("a link leads to '{}', which is missing", (directory / "gone.hdf5").string());
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "a.hdf5"); }), HasSubstr(said));
  fs::create_directory_symlink("nowhere", directory / "data");
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "data/a.hdf5"); }), HasSubstr("/nowhere'"));
  fs::create_symlink("round", directory / "round");
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "round"); }),
              HasSubstr("Too many levels of symbolic links"));
}

}  // namespace
}  // namespace tessera
