#include "harness/config/nearest_name.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("momentum", "momentun"), 1);
  EXPECT_EQ(edit_distance("momentum", "momntum"), 1);
  EXPECT_EQ(edit_distance("momentum", "momenttum"), 1);
  EXPECT_EQ(edit_distance("momentum", "mometnum"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(NearestName, IsTheFirstOfTheClosest) {
  const std::vector<std::string> known = {"n_train", "n_valid", "batch_size"};
  EXPECT_EQ(nearest_name("batchsize", known), "batch_size");
  EXPECT_EQ(nearest_name("n_vald", known), "n_valid");
  EXPECT_EQ(nearest_name("output", std::vector<std::string>{"compute", "output_dir"}), "output_dir");
  EXPECT_EQ(nearest_name("training", std::vector<std::string>{"stage", "train"}), "train");
  EXPECT_EQ(nearest_name("-seed", std::vector<std::string>{"--set", "--seed"}), "--seed");
}

TEST(NearestName, IsNoneWhereNoneIsNear) {
  const std::vector<std::string> known = {"--json", "--round", "--division"};
  EXPECT_EQ(nearest_name("--no-such-option", known), std::nullopt);
  EXPECT_EQ(nearest_name("--on", known), std::nullopt);
  EXPECT_EQ(nearest_name("", known), std::nullopt);
  EXPECT_EQ(nearest_name("--x", known), std::nullopt);
  EXPECT_EQ(nearest_name("json", {}), std::nullopt);
}

}  // namespace
}  // namespace tessera
