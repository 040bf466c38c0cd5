#include "io/inspect/png.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include "io/picture/colour_map.hpp"

namespace tessera {
namespace {

/// Decoded by libpng's other half.
Image decoded(const std::vector<std::byte>& bytes) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()), 0) << header.message;
  header.format = PNG_FORMAT_RGB;
  std::vector<Rgb> pixels(std::size_t{header.width} * header.height);
  EXPECT_NE(png_image_finish_read(&header, nullptr, pixels.data(), 0, nullptr), 0) << header.message;
  Image image(header.height, header.width);
  for (std::int64_t i = 0; i < image.height() * image.width(); ++i) image.at(0, i) = pixels[i];
  return image;
}

TEST(Png, HoldsEveryPixelInItsPlace) {
  Image image(5, 3);
  for (std::int64_t y = 0; y < 5; ++y)
    for (std::int64_t x = 0; x < 3; ++x)
      image.at(y, x) = {static_cast<std::uint8_t>(50 * y), static_cast<std::uint8_t>(120 * x), 7};
  const Image back = decoded(png_of(image));
  ASSERT_EQ(back.height(), 5);
  ASSERT_EQ(back.width(), 3);
  EXPECT_TRUE(std::ranges::equal(back.pixels(), image.pixels()));
}

TEST(Png, IsTheSameForTheSamePicture) {
  const Image image(40, 30, {1, 2, 3});
  EXPECT_EQ(png_of(image), png_of(image));
}

// The ends and the middle as matplotlib gives them: #440154, #21918c, #fde725.
TEST(Viridis, HasTheColoursOfItsAuthors) {
  EXPECT_EQ(viridis(0), (Rgb{0x44, 0x01, 0x54}));
  EXPECT_EQ(viridis(1), (Rgb{0xfd, 0xe7, 0x25}));
  const Rgb middle = viridis(0.5);
  EXPECT_NEAR(middle.r, 0x21, 2);
  EXPECT_NEAR(middle.g, 0x91, 2);
  EXPECT_NEAR(middle.b, 0x8c, 2);
}

TEST(Viridis, BrightensAllTheWay) {
  const auto luminance = [](const Rgb& c) { return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b; };
  for (int i = 1; i <= 64; ++i)
    EXPECT_GT(luminance(viridis(i / 64.0)), luminance(viridis((i - 1) / 64.0))) << i;
}

TEST(Viridis, EndsWhereTheRangeEnds) {
  EXPECT_EQ(viridis(-3), viridis(0));
  EXPECT_EQ(viridis(3), viridis(1));
}

TEST(Image, IsEnlargedToBeWellSeenAndNoFurther) {
  EXPECT_EQ(enlargement(96, 144), 6);    // 576 x 864
  EXPECT_EQ(enlargement(16, 64), 32);    // 512 x 2048
  EXPECT_EQ(enlargement(768, 1152), 1);  // large as it is
  EXPECT_EQ(enlargement(1, 1), 512);
  EXPECT_EQ(enlargement(1, 1000), 4);  // 4 x 4000
  EXPECT_EQ(enlargement(1, 100000), 1);
}

}  // namespace
}  // namespace tessera
