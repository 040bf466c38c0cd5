# Writes a source file that holds files as arrays of characters: cmake -DOUTPUT=FILE.cpp -DFILES="A|B" -P embed.cmake
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays)
set(parts)
set(number 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kPart${number}[] = {${bytes}};\n")
  string(APPEND parts "    {\"${name}\", {kPart${number}, sizeof kPart${number}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by CMake from results/report/ and Chart.js.
#include \"results/report/report_parts.hpp\"

namespace tessera {
namespace {

${arrays}
constexpr ReportPart kParts[] = {
${parts}};

}  // namespace

std::span<const ReportPart> report_parts() {
  return kParts;
}

}  // namespace tessera
")
