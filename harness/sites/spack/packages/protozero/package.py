from spack.package import *


class Protozero(CMakePackage):
    """Headers that read and write protocol buffers."""

    homepage = "https://github.com/mapbox/protozero"
    git = "https://github.com/mapbox/protozero.git"

    version("1.7.1", tag="v1.7.1")

    depends_on("cxx", type="build")

    def cmake_args(self):
        return [self.define("BUILD_TESTING", False)]
