#include "io/hdf5/hdf5_links.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "io/hdf5/open_file.hpp"
#include "io/hdf5/referred_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

struct NamedLink {
  std::string name;
  bool is_hard;
};

InputError listing_error(const std::filesystem::path& path) {
  return {fmt::format("cannot list an HDF5 file ({})", innermost_error()), path.string(),
          "copy or generate the file again"};
}

/// The links of a group, by name.
std::vector<NamedLink> links_of(const Id& object, const std::string& group,
                                const std::filesystem::path& path) {
  std::vector<NamedLink> links;
  const auto take = [](hid_t, const char* name, const H5L_info_t* info, void* into) -> herr_t {
    static_cast<std::vector<NamedLink>*>(into)->push_back({name, info->type == H5L_TYPE_HARD});
    return 0;
  };
  if (H5Literate(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, take, &links) < 0)
    throw listing_error(path);
  for (NamedLink& link : links)
    if (!group.empty()) link.name = fmt::format("{}/{}", group, link.name);
  return links;
}

/// Goes through a file, each group once, however many links lead to it and in whatever circles.
class DataSetWalk {
 public:
  DataSetWalk(const Id& file, const std::filesystem::path& path) : file_(file), path_(path) {}

  std::vector<std::string> all() {
    visit("");
    // What is in the file itself is listed by its own names: links come last.
    while (!own_.empty() || !links_.empty()) {
      std::deque<std::string>& next = own_.empty() ? links_ : own_;
      const std::string name = std::move(next.front());
      next.pop_front();
      visit(name);
    }
    std::sort(names_.begin(), names_.end());
    return std::move(names_);
  }

 private:
  void visit(const std::string& name) {
    H5O_info_t info;
    Id object = open_object(file_, name.empty() ? "/" : name);
    if (!object.valid() || H5Oget_info(object.get(), &info) < 0) fail_at(name);
    if (info.type == H5O_TYPE_DATASET) names_.push_back(name);
    if (info.type != H5O_TYPE_GROUP || !seen_.emplace(info.fileno, info.addr).second) return;
    for (NamedLink& link : links_of(object, name, path_))
      (link.is_hard ? own_ : links_).push_back(std::move(link.name));
    groups_.push_back(std::move(object));
  }
  [[noreturn]] void fail_at(const std::string& name) const {
    const InputError error = listing_error(path_);
    if (const auto problem = why_link_is_broken(file_, name, path_))
      throw InputError(*problem, path_.string(), "put back what it leads to, or remove the link");
    throw error;
  }

  const Id& file_;
  const std::filesystem::path& path_;
  std::deque<std::string> own_, links_;  // to be visited: what is in the file, and links
  // A file that is closed has another number when it is opened again; so groups stay open.
  std::vector<Id> groups_;
  std::set<std::pair<unsigned long, haddr_t>> seen_;
  std::vector<std::string> names_;
};

/// Calls visit(name) with the name's first part, its first two, and so on, while it returns true.
template <class Visit>
void for_way_to(const std::string& name, const Visit& visit) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = name.find('/', end + 1);
    if (!visit(name.substr(0, end))) return;
  }
}

bool leads_somewhere(const Id& file, const std::string& name) {
  return open_object(file, name).valid();
}

/// Why another file, to which a link leads, doesn't have what it should.
std::string problem_of_other(const std::string& other, const std::filesystem::path& path) {
  const auto found = find_referred(other, path, kLinkPrefix);
  if (!found) return "is missing";
  try {
    open_to_read(*found);
    return "lacks it";
  } catch (const InputError& error) {
    return fmt::format("can't be read: {}", error.problem());
  }
}

/// What a link leads to, and why that isn't there.
std::string describe_broken(const Id& file, const std::string& name, const H5L_info_t& info,
                            const std::filesystem::path& path) {
  std::vector<char> value(info.u.val_size + 1, '\0');
  H5Lget_val(file.get(), name.c_str(), value.data(), info.u.val_size, H5P_DEFAULT);
  if (info.type == H5L_TYPE_SOFT)
    return fmt::format("the link '{}' leads to '{}', which is not there", name, value.data());
  const char *other = "", *object = "";
  if (info.type != H5L_TYPE_EXTERNAL ||
      H5Lunpack_elink_val(value.data(), info.u.val_size, nullptr, &other, &object) < 0)
    return fmt::format("the link '{}' is of a kind that can't be followed", name);
  return fmt::format("the link '{}' leads to '{}' in '{}', which {}", name, object, other,
                     problem_of_other(other, path));
}

}  // namespace

std::vector<std::string> list_data_sets(const Id& file, const std::filesystem::path& path) {
  return DataSetWalk(file, path).all();
}

bool has_data_set(const Id& file, const std::string& name) {
  bool has = true;
  for_way_to(name, [&](const std::string& way) {
    has = H5Lexists(file.get(), way.c_str(), H5P_DEFAULT) > 0;
    if (!has) return false;
    const Id object = open_object(file, way);
    if (!object.valid()) return false;  // a broken link is met where it is read
    has = way != name || H5Iget_type(object.get()) == H5I_DATASET;
    return true;
  });
  return has;
}

std::optional<std::string> why_link_is_broken(const Id& file, const std::string& name,
                                              const std::filesystem::path& path) {
  std::optional<std::string> problem;
  for_way_to(name, [&](const std::string& way) {
    H5L_info_t info;
    if (H5Lget_info(file.get(), way.c_str(), &info, H5P_DEFAULT) < 0) return false;
    if (info.type != H5L_TYPE_HARD && !leads_somewhere(file, way))
      problem = describe_broken(file, way, info, path);
    return !problem;
  });
  return problem;
}

}  // namespace tessera
