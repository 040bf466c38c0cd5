// holds_to_schema SCHEMA.json DOCUMENT.json [KEY...]: a document holds to its JSON Schema (draft 4), and
// would not if any of its keys had another name; KEY names objects whose keys the schema leaves open. The
// schema describes every key. Says what is wrong; exit code 1 then.
#include <rapidjson/document.h>
#include <rapidjson/istreamwrapper.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>

namespace {

using rapidjson::Document, rapidjson::Value;

Document read(const char* path) {
  std::ifstream file(path);
  rapidjson::IStreamWrapper stream(file);
  Document document;
  document.ParseStream(stream);
  if (document.HasParseError()) throw std::runtime_error(std::string(path) + " is no JSON");
  return document;
}

std::string text_of(const rapidjson::Pointer& pointer) {
  rapidjson::StringBuffer text;
  pointer.StringifyUriFragment(text);
  return text.GetString();
}

// Where and how the document differs from what the schema says; empty if it doesn't.
std::string violation(const rapidjson::SchemaDocument& schema, const Document& document) {
  rapidjson::SchemaValidator validator(schema);
  if (document.Accept(validator)) return "";
  return text_of(validator.GetInvalidDocumentPointer()) + " violates '" +
         validator.GetInvalidSchemaKeyword() + "' of " + text_of(validator.GetInvalidSchemaPointer());
}

// Calls visit with each member of each object of the value and with the path of that object.
using Visit = std::function<void(const rapidjson::Pointer& object, const Value::Member& member)>;
void for_each_member(const Value& value, const rapidjson::Pointer& path, const std::set<std::string>& leave,
                     const Visit& visit) {
  if (value.IsArray())
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
      for_each_member(value[i], path.Append(i), leave, visit);
  if (!value.IsObject()) return;
  for (const Value::Member& member : value.GetObject()) {
    visit(path, member);
    const std::string key = member.name.GetString();
    if (!leave.contains(key))
      for_each_member(member.value, path.Append(key.data(), static_cast<rapidjson::SizeType>(key.size())),
                      leave, visit);
  }
}

// Without the numbers of elements, so that all elements of an array look alike.
std::string kind_of(const rapidjson::Pointer& object, const char* key) {
  std::string kind;
  for (std::size_t i = 0; i < object.GetTokenCount(); ++i)
    kind +=
        std::string("/") +
        (object.GetTokens()[i].index == rapidjson::kPointerInvalidIndex ? object.GetTokens()[i].name : "");
  return kind + "/" + key;
}

// The first key of each kind gets another name in turn, which the schema must refuse.
int count_names_not_held(const rapidjson::SchemaDocument& schema, const Document& document,
                         const std::set<std::string>& open) {
  std::set<std::string> seen;
  int accepted = 0;
  for_each_member(document, rapidjson::Pointer(), open,
                  [&](const rapidjson::Pointer& object, const Value::Member& member) {
                    const std::string key = member.name.GetString(), kind = kind_of(object, key.c_str());
                    if (!seen.insert(kind).second) return;
                    Document renamed;
                    renamed.CopyFrom(document, renamed.GetAllocator());
                    Value& name = object.Get(renamed)->FindMember(key.c_str())->name;
                    name.SetString((key + "_by_another_name").c_str(), renamed.GetAllocator());
                    if (!violation(schema, renamed).empty()) return;
                    std::cout << kind << " may have another name\n";
                    ++accepted;
                  });
  if (seen.empty())
    throw std::runtime_error("the test isn't testing what it claims to test: the document has no key");
  return accepted;
}

// Keywords that a validator passes over where they are misspelt.
int count_vague_places(const Document& schema) {
  int vague = 0;
  const auto say = [&vague](const std::string& what) {
    std::cout << what << '\n';
    ++vague;
  };
  for_each_member(schema, rapidjson::Pointer(), {},
                  [&](const rapidjson::Pointer& object, const Value::Member& member) {
                    const std::string name = member.name.GetString(), where = text_of(object);
                    if (name != "properties" || where.ends_with("/properties")) return;
                    const Value& owner = *object.Get(schema);
                    if (!owner.HasMember("required") || !owner.HasMember("additionalProperties"))
                      return say(where + " doesn't say which keys there are");
                    for (const Value::Member& property : member.value.GetObject())
                      if (!property.value.HasMember("description"))
                        say(where + " doesn't describe " + property.name.GetString());
                    for (const Value& required : owner["required"].GetArray())
                      if (!member.value.HasMember(required.GetString()))
                        say(where + " requires what it doesn't describe: " + required.GetString());
                  });
  return vague;
}

int run(int argc, char** argv) {
  if (argc < 3) throw std::runtime_error("holds_to_schema SCHEMA.json DOCUMENT.json [KEY...]");
  const Document description = read(argv[1]), document = read(argv[2]);
  const rapidjson::SchemaDocument schema(description);
  if (const std::string wrong = violation(schema, document); !wrong.empty())
    throw std::runtime_error(argv[2] + (": " + wrong));
  return count_names_not_held(schema, document, std::set<std::string>(argv + 3, argv + argc)) +
         count_vague_places(description);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
    return 1;
  }
}
