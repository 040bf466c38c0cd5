#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "io/convert/conversion.hpp"
#include "io/files/whole_file.hpp"

namespace tessera {

/// Samples on their way to the disk: while some are synced, the next are made. For files that are written by
/// blocks, what write_whole_files() is for those that fit in memory.
class FilesInFlight {
 public:
  /// `done` is called, by the thread that calls the members, when all samples of a unit are in their places.
  explicit FilesInFlight(std::function<void(const ConvertedUnit&)> done) : done_(std::move(done)) {}

  /// Takes a complete file: its checksum is taken, and it is committed, at once or soon. `name`: of the
  /// sample. Throws what a commit before it threw.
  void add(const std::string& name, std::unique_ptr<PartialFile> file);
  /// What was added since the last call is a unit; its checksums are filled in.
  void end_unit(ConvertedUnit unit);
  /// Waits for all. Without it the destructor waits, and what fails then is lost.
  void finish();

 private:
  struct Flight {
    std::string name;
    std::future<std::string> checksum;
    bool ends_unit = false;
    ConvertedUnit unit{};
  };
  void land();  // the first of them

  std::function<void(const ConvertedUnit&)> done_;
  std::deque<Flight> flights_;                    // a future of std::async waits in its destructor
  std::map<std::string, std::string> checksums_;  // of the unit whose samples land
};

}  // namespace tessera
