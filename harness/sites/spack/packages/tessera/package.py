from spack.package import *


class Tessera(CMakePackage):
    """Benchmark of hybrid-parallel scientific deep learning, MLPerf-HPC-style."""

    # A checkout of one's own: spack dev-build tessera@main chart_library=FILE
    version("main", branch="main")

    variant(
        "chart_library",
        default="none",
        values=lambda file: True,
        multi=False,
        description="chart.min.js of Chart.js 3, which draws the charts of reports",
    )
    conflicts("chart_library=none", msg="name the file: chart_library=/path/of/chart.min.js")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi@3:")
    depends_on("hdf5@1.10:")
    depends_on("onednn@2.6: cpu_runtime=omp")
    depends_on("fmt@9:")
    depends_on("yaml-cpp")
    depends_on("nlohmann-json@3.11:")
    depends_on("cli11")
    depends_on("fftw@3")
    depends_on("hwloc@2:")
    depends_on("isa-l")
    depends_on("libpng")
    depends_on("zlib-api")
    depends_on("xxhash@0.8:")
    depends_on("boost@1.74: +math", type="build")
    depends_on("random123", type="build")
    depends_on("protozero", type="build")

    def cmake_args(self):
        return [
            self.define("TESSERA_TESTS", False),
            # Spack's compiler wrappers add the target's own flags.
            self.define("TESSERA_NATIVE", False),
            self.define_from_variant("TESSERA_CHART_LIBRARY", "chart_library"),
        ]
