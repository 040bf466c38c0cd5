#include "results/log/table_text.hpp"

#include <nlohmann/json.hpp>

namespace tessera {

std::string plain(const std::string& text) {
  const std::string shown =
      nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return shown.substr(1, shown.size() - 2);
}

std::string tail(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : "..." + text.substr(text.size() - (width - 3));
}

}  // namespace tessera
