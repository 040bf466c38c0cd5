#include "results/log/json_file.hpp"

#include <fstream>
#include <string>

#include "results/log/lenient_json.hpp"

namespace tessera {

std::optional<nlohmann::json> read_json_object(const std::filesystem::path& path) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kLargest) return std::nullopt;
  LenientJson parsed = parse_lenient_json(text);
  if (!parsed.error.empty() || !parsed.value.is_object()) return std::nullopt;
  return std::move(parsed.value);
}

}  // namespace tessera
