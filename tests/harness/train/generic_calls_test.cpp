#include "harness/train/generic_calls.hpp"

#include <gtest/gtest.h>

#include "support/mpi_world.hpp"

namespace tessera {
namespace {

TEST(GenericCalls, AreKnownByTheLibrarysNames) {
  for (const char* name : {"ref:any", "x64:gemm:jit", "gemm:jit", "simple:any", "x64:gemm:jit in float32",
                           "winograd F(2,3), ref:any"})
    EXPECT_TRUE(is_generic(name, false)) << name;
  for (const char* name : {"jit:avx512_core", "brgconv:avx512_core_amx_bf16", "brg_conv_fwd:avx512_core",
                           "brgemm:avx512_core", "jit_1x1:avx2", "jit_dw:avx512_core", "vector", "reference",
                           "gemm:acl", "winograd F(2,3), gemm:jit", "products, gemm:jit", ""})
    EXPECT_FALSE(is_generic(name, false)) << name;
}

TEST(GenericCalls, OfMatrixProductsAreNotTheirGemms) {
  EXPECT_FALSE(is_generic("gemm:jit", true));
  EXPECT_TRUE(is_generic("ref:any", true));
}

TEST(GenericCalls, AreTextInOneLine) {
  std::vector<GenericCall> calls = {{"conv3d_3", Direction::BackwardParameters, "x64:gemm:jit"}};
  EXPECT_EQ(
      summary_of(texts_of(calls)),
      "1 call of oneDNN fell back to a generic implementation: conv3d_3 backward_parameters (x64:gemm:jit)");
  calls.resize(20, {"conv3d", Direction::Forward, "ref:any"});
  const std::string text = summary_of(texts_of(calls));
  EXPECT_TRUE(text.ends_with("conv3d forward (ref:any), and 12 more")) << text;
}

TEST(GenericCalls, OfAllRanksAreNamedOnce) {
  const Communicator& world = testing::world();
  const int last = world.size() - 1;
  std::vector<std::string> mine = {"conv3d forward (ref:any)"};
  if (world.rank() == last) mine.push_back("conv3d_1 forward (gemm:jit)");
  const std::vector<std::string> all = gathered(mine, world);
  if (world.rank() == 0)
    EXPECT_EQ(all, (std::vector<std::string>{"conv3d forward (ref:any)", "conv3d_1 forward (gemm:jit)"}));
  else
    EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace tessera
