# TESSERA_LAUNCHER: the launcher that belongs to the MPI library of the build. Where several libraries are installed, the `mpiexec` that CMake
# finds may be another's, which starts so many programs of one rank; Debian's have names of their own.
string(REGEX MATCH "openmpi|mpich" TESSERA_MPI "${MPI_C_COMPILER};${MPI_C_LIBRARIES};${MPI_C_INCLUDE_DIRS}")
if(TESSERA_MPI)
  find_program(TESSERA_LAUNCHER NAMES mpiexec.${TESSERA_MPI} DOC "Launcher of the MPI library")
endif()
if(NOT TESSERA_LAUNCHER)
  set(TESSERA_LAUNCHER ${MPIEXEC_EXECUTABLE} CACHE FILEPATH "Launcher of the MPI library" FORCE)
endif()
