# The dependency arrows that include directories alone don't hold: each foreign interface has one corner of the project, and no source
# names a place of one machine. Tests may use MPI and HDF5 as their subject needs.
set(broken)
file(GLOB_RECURSE sources RELATIVE ${SOURCE_DIR}
  ${SOURCE_DIR}/models/*.?pp ${SOURCE_DIR}/parallel/*.?pp ${SOURCE_DIR}/io/*.?pp ${SOURCE_DIR}/results/*.?pp
  ${SOURCE_DIR}/submissions/*.?pp ${SOURCE_DIR}/harness/*.?pp)
list(LENGTH sources count)
if(count LESS 10)
  message(FATAL_ERROR "the test isn't testing what it claims to test: ${count} sources in ${SOURCE_DIR}")
endif()

function(only header corner)
  string(REPLACE "." "\\." pattern "${header}")
  set(seen FALSE)
  foreach(source IN LISTS sources)
    file(STRINGS ${SOURCE_DIR}/${source} found REGEX "^ *# *include *[<\"]([^>\"]*/)?${pattern}[>\"]")
    if(found AND source MATCHES "^${corner}[^/]*$")
      set(seen TRUE)
    elseif(found)
      list(APPEND broken "${source} includes ${header}, which belongs to ${corner}* alone")
    endif()
  endforeach()
  if(NOT seen)
    list(APPEND broken "the test isn't testing what it claims to test: no ${corner}* includes ${header}")
  endif()
  set(broken "${broken}" PARENT_SCOPE)
endfunction()

only(mpi.h parallel/mpi)
only(hdf5.h io/hdf5)
only(png.h io/png)
only(dnnl.hpp models/kernels/onednn)

foreach(source IN LISTS sources)
  file(STRINGS ${SOURCE_DIR}/${source} found REGEX "\"/(home|root|tmp|usr|opt|work|mnt|scratch|global)/")
  if(found)
    list(APPEND broken "${source} names an absolute path: ${found}")
  endif()
endforeach()

foreach(problem IN LISTS broken)
  message(SEND_ERROR "${problem}")
endforeach()
