#include "io/cosmoflow/cube_symmetry.hpp"

#include "io/dataset/uniform_below.hpp"

namespace tessera {

CubeSymmetry cube_symmetry(int number) {
  constexpr std::array<std::array<int, 3>, 6> kPermutations{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  return {kPermutations[static_cast<std::size_t>(number / 8)],
          {(number & 1) != 0, (number & 2) != 0, (number & 4) != 0}};
}

CubeSymmetry draw_symmetry(std::uint64_t seed, int epoch, std::int64_t sample,
                           const std::array<bool, 3>& kept) {
  std::array<CubeSymmetry, kCubeSymmetries> allowed;
  std::size_t count = 0;
  for (int number = 0; number < kCubeSymmetries; ++number) {
    const CubeSymmetry symmetry = cube_symmetry(number);
    bool fits = true;
    for (int a = 0; a < 3; ++a) fits &= !kept[a] || (symmetry.axis[a] == a && !symmetry.flip[a]);
    if (fits) allowed[count++] = symmetry;
  }
  const RandomStream stream{seed, Purpose::Augmentation, static_cast<std::uint64_t>(epoch),
                            static_cast<std::uint64_t>(sample)};
  return allowed[uniform_below(stream, 0, count)];
}

Box source_box(const CubeSymmetry& symmetry, const Box& wanted, Extents space) {
  const auto from = wanted.axes();
  std::array<Interval, 3> source;
  for (int a = 0; a < 3; ++a) {
    const int to = symmetry.axis[a];
    const std::int64_t n = space.axes()[to];
    source[to] = symmetry.flip[a] ? Interval{n - from[a].end, n - from[a].begin} : from[a];
  }
  return Box::of(source);
}

}  // namespace tessera
