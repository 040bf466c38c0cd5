#include "io/files/json_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tessera {
namespace {

// nlohmann's dump() refuses what isn't UTF-8.
bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

TEST(NameInJson, LeavesUtf8AsItIs) {
  for (const char* name : {"", "train/a b.hdf5", "M\xc3\xbcll", "\xe2\x82\xac", "\xf0\x9f\x8c\x8c",
                           "\\u00fc %fc", "\xf4\x8f\xb9\x80", "\xef\xbf\xbd"}) {
    EXPECT_EQ(name_in_json(name), name);
    EXPECT_EQ(name_of_json(name), name);
  }
}

TEST(NameInJson, HasACharacterForEachByteThatIsNot) {
  EXPECT_EQ(name_in_json("M\xfcll"), "M\xf4\x8f\xbb\xbcll");  // U+10FEFC
}

TEST(NameInJson, IsUtf8AndReadBackWhateverTheBytes) {
  std::vector<std::string> names{"a\xf4\x8f\xba\x80z", "\xf4\x8f\xbb\xbf\xf4\x8f\xbb",
                                 "\xed\xa0\x80",       "\xc0\x80",
                                 "\xf5\x80\x80\x80",   "\xe2\x82"};
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second)
      names.push_back({static_cast<char>(first), static_cast<char>(second), 'x'});
  std::uint64_t random = 1;
  for (int i = 0; i < 20'000; ++i) {
    std::string name;
    for (int j = 0; j < 12; ++j) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      // Of the bytes that begin and go on characters, stand-ins among them.
      name +=
          "\xf4\x8f\xba\xbb\xbf\x80\xc3\xe2\xed\xf0\x9f"
          "a"[(random >> 33) % 12];
    }
    names.push_back(name);
  }
  for (const std::string& name : names) {
    ASSERT_TRUE(is_utf8(name_in_json(name)));
    ASSERT_EQ(name_of_json(name_in_json(name)), name);
  }
}

}  // namespace
}  // namespace tessera
