#include "io/files/checksum.hpp"

#include <fmt/core.h>
#include <xxhash.h>

#include <charconv>
#include <new>
#include <stdexcept>

#include "io/files/whole_file.hpp"

namespace tessera {

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

struct RunningChecksum::State {
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> xxh3{XXH3_createState(), XXH3_freeState};
};

RunningChecksum::RunningChecksum() : state_(std::make_unique<State>()) {
  if (state_->xxh3 == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(state_->xxh3.get());
}

RunningChecksum::~RunningChecksum() = default;

void RunningChecksum::add(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_->xxh3.get(), bytes.data(), bytes.size());
}

std::uint64_t RunningChecksum::value() const {
  return XXH3_64bits_digest(state_->xxh3.get());
}

std::uint64_t checksum_of_file(const std::filesystem::path& path) {
  RunningChecksum sum;
  read_in_pieces(path, [&sum](std::span<const std::byte> piece) { sum.add(piece); });
  return sum.value();
}

std::string checksum_text(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

std::uint64_t checksum_of_text(const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc() || rest != end) throw std::invalid_argument("no checksum: " + text);
  return value;
}

}  // namespace tessera
