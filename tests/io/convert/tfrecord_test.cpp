#include "io/convert/tfrecord.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "io/convert/cosmoflow_record.hpp"
#include "io/convert/crc32c.hpp"
#include "io/files/whole_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

// Written by tests/io/fixtures/tfrecords.py, which says what is in them.
fs::path fixture(const std::string& name) {
  return fs::path(TESSERA_SOURCE_DIR) / "tests/io/fixtures" / name;
}

// Without waiting for the disk, as thousands are written; file systems wait where a file is cut to be
// replaced.
void write_quickly(const fs::path& path, const std::string& bytes) {
  fs::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

CosmoflowRecord expected(int number) {
  CosmoflowRecord record;
  for (int i = 0; i < 4 * 4 * 4 * 4; ++i)
    record.counts.push_back(static_cast<std::int16_t>((i * 7919 + number) % 32768));
  record.target = {0.25F, -0.5F, 0.75F, -1.0F};
  for (float& value : record.target) value += static_cast<float>(number) / 64;
  return record;
}

std::vector<CosmoflowRecord> read_all(const fs::path& path) {
  std::vector<CosmoflowRecord> records;
  TfRecordReader reader(path);
  while (const auto bytes = reader.next()) records.push_back(read_cosmoflow_record(*bytes, reader.where()));
  return records;
}

void expect_records(const std::vector<CosmoflowRecord>& records, int count) {
  ASSERT_EQ(records.size(), static_cast<std::size_t>(count));
  for (int number = 0; number < count; ++number) {
    EXPECT_EQ(records[static_cast<std::size_t>(number)].counts, expected(number).counts);
    EXPECT_EQ(records[static_cast<std::size_t>(number)].target, expected(number).target);
  }
}

TEST(Crc32c, HasTheCheckValueOfTheCatalogue) {
  const std::string digits = "123456789";
  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xE3069283U);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(TfRecord, ReadsWhatAnotherWriterWroteBitForBit) {
  expect_records(read_all(fixture("one.tfrecord")), 1);
  expect_records(read_all(fixture("three.tfrecord")), 3);
}

TEST(TfRecord, ReadsGzipInOneStreamAndInSeveral) {
  expect_records(read_all(fixture("one.tfrecord.gz")), 1);
  expect_records(read_all(fixture("three.tfrecord.gz")), 3);
}

TEST(TfRecord, NoticesEveryFlippedBitAndNamesFileAndRecord) {
  const TemporaryDirectory directory;
  const std::string good = read_whole_file(fixture("three.tfrecord"));
  const std::size_t record_bytes = good.size() / 3;
  const fs::path path = directory / "bad.tfrecord";
  write_quickly(path, good);
  const auto put = [&path](std::size_t at, char byte) {
    std::fstream(path, std::ios::binary | std::ios::in | std::ios::out)
        .seekp(static_cast<std::streamoff>(at))
        .put(byte);
  };
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    put(bit / 8, static_cast<char>(good[bit / 8] ^ (1 << bit % 8)));
    const std::string record = "bad.tfrecord, record " + std::to_string(bit / 8 / record_bytes);
    ASSERT_THAT(message_of<InputError>([&] { read_all(path); }), HasSubstr(record)) << "bit " << bit;
    put(bit / 8, good[bit / 8]);
  }
  expect_records(read_all(path), 3);
}

// Some bits at the beginning mean nothing: of the header its time, for one, and what fills up the first byte
// of a stored block. No other may pass.
TEST(TfRecord, NeverTakesOtherBytesFromADamagedGzipFile) {
  const TemporaryDirectory directory;
  const std::string good = read_whole_file(fixture("one.tfrecord.gz"));
  const fs::path path = directory / "bad.gz";
  constexpr std::size_t kUnused = 11 * 8;
  std::size_t noticed = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    write_quickly(path, bad);
    try {
      expect_records(read_all(path), 1);
      EXPECT_LT(bit, kUnused) << "after the header";
    } catch (const InputError& error) {
      ++noticed;
      EXPECT_THAT(error.what(), HasSubstr("bad.gz"));
    }
  }
  EXPECT_GE(noticed, good.size() * 8 - kUnused);
}

TEST(TfRecord, SaysWhereAFileIsCutShort) {
  const TemporaryDirectory directory;
  for (const char* name : {"three.tfrecord", "three.tfrecord.gz"}) {
    const std::string good = read_whole_file(fixture(name));
    for (std::size_t bytes = 1; bytes < good.size(); ++bytes) {
      write_quickly(directory / "cut", good.substr(0, bytes));
      std::size_t records = 0;
      try {
        records = read_all(directory / "cut").size();
      } catch (const InputError& error) {
        EXPECT_THAT(error.what(), AnyOf(HasSubstr("cut short"), HasSubstr("damaged")));
        continue;
      }
      // Between two records nothing tells that there were more; a gzip stream may end at any byte of them.
      EXPECT_EQ(bytes, records * good.size() / 3) << name;
    }
  }
}

TEST(CosmoflowRecord, TakesCubesOfFourChannelsOrTheShapeThatIsGiven) {
  EXPECT_EQ(shape_of_records(fixture("one.tfrecord"), {}), (std::vector<std::int64_t>{4, 4, 4, 4}));
  EXPECT_EQ(shape_of_records(fixture("one.tfrecord"), {2, 4, 8, 4}), (std::vector<std::int64_t>{2, 4, 8, 4}));
  EXPECT_THAT(message_of<InputError>([] {
                shape_of_records(fixture("one.tfrecord"), {4, 4, 4, 2});
              }),
              HasSubstr("256 counts, which don't fill int16 (4,4,4,2)"));
}

std::string bytes_field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string feature(const std::string& key, const std::string& list) {
  return bytes_field(1, bytes_field(1, key) + bytes_field(2, list));
}

TEST(CosmoflowRecord, KnowsDliosRecords) {
  const std::string image = bytes_field(1, bytes_field(1, "pixels")),
                    size = bytes_field(3, bytes_field(1, "\x40"));
  const std::string example = bytes_field(1, feature("image", image) + feature("size", size));
  EXPECT_THAT(message_of<InputError>([&] {
                read_cosmoflow_record(std::as_bytes(std::span(example)), "img_0.tfrecord, record 0");
              }),
              AllOf(HasSubstr("as DLIO writes them"), HasSubstr("img_0.tfrecord, record 0"),
                    HasSubstr("tessera generate cosmoflow")));
}

TEST(CosmoflowRecord, RefusesExamplesThatAreNoUniverse) {
  const std::string x =
      bytes_field(1, bytes_field(1, "x") + bytes_field(2, bytes_field(1, bytes_field(1, "ab"))));
  const auto y = [](const std::string& floats) {
    return bytes_field(1, bytes_field(1, "y") + bytes_field(2, bytes_field(2, bytes_field(1, floats))));
  };
  const std::string four(16, '\0'), nan = std::string(12, '\0') + "\x01\x02\xC0\x7F";
  const auto message = [](const std::string& features) {
    const std::string example = bytes_field(1, features);
    return message_of<InputError>(
        [&] { read_cosmoflow_record(std::as_bytes(std::span(example)), "a, record 7"); });
  };
  EXPECT_THAT(message(y(four)), HasSubstr("lacks 'x'"));
  EXPECT_THAT(message(x), HasSubstr("lacks 'y'"));
  EXPECT_THAT(message(x + y(four + four)), HasSubstr("8 floats and not 4"));
  EXPECT_THAT(message(x + y(nan)), HasSubstr("no number"));
  EXPECT_THAT(message(x + y("abc")), HasSubstr("no tf.train.Example"));
  EXPECT_THAT(message(bytes_field(1, bytes_field(1, "x")) + y(four)), HasSubstr("'x' of the record isn't"));
  EXPECT_THAT(message(std::string("\xFF\xFF", 2)), HasSubstr("a, record 7"));
}

}  // namespace
}  // namespace tessera
