#include "harness/config/config_yaml.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "io/files/whole_file.hpp"

namespace tessera {
namespace {

// But for where it was written.
bool same(const ConfigNode& a, const ConfigNode& b) {
  return a.kind == b.kind && a.key == b.key && a.scalar == b.scalar && a.quoted == b.quoted &&
         std::ranges::equal(a.children, b.children, same);
}

constexpr const char* kHostile = R"(plain: word
number: -1e-4
truth: yes
quoted number: "12"
quoted word: 'it''s "so": {not} # a comment'
lines: "one
  two\nthree\ttab \\ \u00e9 \u0001"
colon: a:b
colon and blank: "a: b"
hash: a#b
unicode: "µ"
nothing:
null too: null
empty text: ""
empty list: []
empty map: {}
list: [1, [2, "3"], {a: 1, b: [x, y]}, null, "a, b"]
maps:
    8: 0.25
    deeper: {one: 1, list of maps: [{name: conv, filters: 8}, {name: relu}]}
"a key: that needs quotes": 1
variables: ${DATA}/$NAME
)";

TEST(ConfigYaml, IsReadAsTheSameTree) {
  const ConfigNode tree = parse_tree(kHostile, "hostile.yaml");
  ASSERT_EQ(tree.children.size(), 19U);
  EXPECT_TRUE(same(parse_tree(to_yaml(tree), "again"), tree)) << to_yaml(tree);
}

TEST(ConfigYaml, OfEachConfigurationOfTheProgramIsReadAsTheSame) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TESSERA_SOURCE_DIR "/harness/configs")) {
    const ConfigNode tree = parse_tree(read_whole_file(entry.path()), entry.path().string());
    EXPECT_TRUE(same(parse_tree(to_yaml(tree), "again"), tree)) << entry.path() << "\n" << to_yaml(tree);
    ++files;
  }
  EXPECT_GE(files, 8);
}

TEST(ConfigYaml, OnOneLineIsTheValueOfAnOverride) {
  const ConfigNode hostile = parse_tree(kHostile, "hostile.yaml");
  for (const ConfigNode& value : hostile.children) {
    const std::string line = to_yaml_line(value);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    ConfigNode tree;
    apply_override(tree, "key=" + line);
    ConfigNode wanted = value;
    wanted.key = "key";
    EXPECT_TRUE(same(*tree.find("key"), wanted)) << value.key << ": " << line;
  }
}

}  // namespace
}  // namespace tessera
