#include "io/files/json_text.hpp"

#include <nlohmann/json.hpp>

namespace tessera {

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text) {
  return Json::parse(text);
}

std::string utf8_of(const std::string& text) {
  return parse_json(text_of(text)).get<std::string>();
}

}  // namespace tessera
