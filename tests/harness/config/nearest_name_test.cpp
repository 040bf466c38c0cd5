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
  EXPECT_EQ(nearest_name("", known), "n_train");
  EXPECT_EQ(nearest_name("output", std::vector<std::string>{"compute", "output_dir"}), "output_dir");
}

}  // namespace
}  // namespace tessera
