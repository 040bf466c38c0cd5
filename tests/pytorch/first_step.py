"""Holds dumps of the first step of a network, in float64, against PyTorch's: what its script does with its arguments."""
import os
import sys

import h5py
import numpy


def write_data(directory, shape):
    random = numpy.random.default_rng(5)
    for folder, count in (("train", 4), ("validation", 2)):
        os.makedirs(os.path.join(directory, folder))
        for i in range(count):
            with h5py.File(os.path.join(directory, folder, f"{i}.h5"), "w") as file:
                file["x"] = random.integers(0, 256, shape, dtype=numpy.uint8)
                file["y"] = numpy.uint8(random.integers(0, 10))


def tensors_too_far(dump, truth):
    far = 0
    assert dump["prediction"].dtype == numpy.float64
    for name, theirs in truth.items():
        # A bias before a normalisation has no gradient but rounding.
        scale = max(numpy.linalg.norm(theirs), 1e-3)
        distance = numpy.linalg.norm(dump[name][()] - theirs) / scale
        far += not distance <= 1e-9
        print(f"{name:45}{distance:10.2e}{'' if distance <= 1e-9 else '  TOO FAR'}")
    print(f"{dump.filename}: {far} of {len(truth)} tensors too far from PyTorch's")
    return far


def hold(torch_step, shape):
    """FILE.h5...: torch_step(dump) has the tensors of each dump by their names, within 1e-9, or the exit code is 1. --data DIRECTORY: writes a few random
    samples of that shape, of ten classes."""
    if sys.argv[1] == "--data":
        write_data(sys.argv[2], shape)
        return
    dumps = [h5py.File(path, "r") for path in sys.argv[1:]]
    sys.exit(sum(tensors_too_far(dump, torch_step(dump)) for dump in dumps) > 0)
