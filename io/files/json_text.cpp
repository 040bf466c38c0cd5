#include "io/files/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// The range of the byte behind the first one of a character, and how many bytes it has: table 3-7 of the
/// Unicode standard.
struct Lead {
  unsigned from, to;  // first byte
  unsigned second_from, second_to;
  std::size_t bytes;
};
constexpr std::array kLeads{Lead{0xC2, 0xDF, 0x80, 0xBF, 2}, Lead{0xE0, 0xE0, 0xA0, 0xBF, 3},
                            Lead{0xE1, 0xEC, 0x80, 0xBF, 3}, Lead{0xED, 0xED, 0x80, 0x9F, 3},
                            Lead{0xEE, 0xEF, 0x80, 0xBF, 3}, Lead{0xF0, 0xF0, 0x90, 0xBF, 4},
                            Lead{0xF1, 0xF3, 0x80, 0xBF, 4}, Lead{0xF4, 0xF4, 0x80, 0x8F, 4}};

/// Bytes of the character that a text begins with; 0 where it isn't UTF-8.
std::size_t character_length(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  for (const Lead& lead : kLeads) {
    if (first < lead.from || first > lead.to) continue;
    if (text.size() < lead.bytes || byte_at(text, 1) < lead.second_from || byte_at(text, 1) > lead.second_to)
      return 0;
    for (std::size_t i = 2; i < lead.bytes; ++i)
      if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
    return lead.bytes;
  }
  return 0;
}

// U+10FE80 to U+10FEFF are F4 8F BA 80 to F4 8F BB BF.
constexpr std::string_view kStandIn = "\xF4\x8F";
constexpr std::size_t kStandInBytes = 4;

bool begins_with_stand_in(std::string_view text) {
  return text.size() >= kStandInBytes && text.starts_with(kStandIn) && (byte_at(text, 2) | 1U) == 0xBB &&
         (byte_at(text, 3) & 0xC0U) == 0x80;
}

void append_stand_ins(std::string& text, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned byte = byte_at(bytes, i);
    text += kStandIn;
    text += {static_cast<char>(0xB8U | (byte >> 6)), static_cast<char>(0x80U | (byte & 0x3FU))};
  }
}

}  // namespace

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json parse_json(std::string_view text) {
  return Json::parse(text);
}

std::string name_in_json(std::string_view name) {
  std::string text;
  text.reserve(name.size());
  while (!name.empty()) {
    const std::size_t length = character_length(name);
    const std::string_view next = name.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || begins_with_stand_in(next))
      append_stand_ins(text, next);
    else
      text += next;
    name.remove_prefix(next.size());
  }
  return text;
}

std::string name_of_json(std::string_view text) {
  std::string name;
  name.reserve(text.size());
  while (!text.empty()) {
    const bool stands_for_a_byte = begins_with_stand_in(text);
    name += stands_for_a_byte ? static_cast<char>(((byte_at(text, 2) & 3U) << 6) | (byte_at(text, 3) & 0x3FU))
                              : text.front();
    text.remove_prefix(stands_for_a_byte ? kStandInBytes : 1);
  }
  return name;
}

}  // namespace tessera
