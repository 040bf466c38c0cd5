#include "io/convert/files_in_flight.hpp"

#include <utility>

#include "io/files/checksum.hpp"

namespace tessera {

void FilesInFlight::add(const std::string& name, std::unique_ptr<PartialFile> file) {
  constexpr std::size_t kAtATime = 8;
  if (flights_.size() == kAtATime) land();
  flights_.push_back({name, std::async(std::launch::async, [file = std::move(file)] {
                        std::string sum = checksum_text(checksum_of_file(file->partial_path()));
                        file->commit();
                        return sum;
                      })});
}

void FilesInFlight::end_unit(ConvertedUnit unit) {
  flights_.back().ends_unit = true;
  flights_.back().unit = std::move(unit);
}

void FilesInFlight::finish() {
  while (!flights_.empty()) land();
}

void FilesInFlight::land() {
  Flight flight = std::move(flights_.front());
  flights_.pop_front();
  checksums_[flight.name] = flight.checksum.get();
  if (!flight.ends_unit) return;
  flight.unit.checksums = std::exchange(checksums_, {});
  done_(flight.unit);
}

}  // namespace tessera
