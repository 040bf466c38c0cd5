#!/usr/bin/env python3
"""Moves weights from /parameter of a dump or checkpoint into a PyTorch state dictionary, and back:
weights.py FILE.h5 WEIGHTS.pt, weights.py WEIGHTS.pt FILE.h5. CosmoFlow's have Keras' names and axes (..., in, out), where PyTorch's are (out, in, ...);
DeepCAM's are PyTorch's own."""
import sys

import h5py
import numpy
import torch


def read_group(group):
    """All arrays below a group, by their names in it."""
    arrays = {}
    group.visititems(lambda name, item: arrays.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return arrays


def to_torch(arrays):
    state = {}
    for name, array in arrays.items():
        if name.endswith("/kernel"):
            array = numpy.moveaxis(array, (-1, -2), (0, 1)).copy()
        state[name.replace("/kernel", ".weight").replace("/bias", ".bias")] = torch.from_numpy(array)
        if name.endswith(".running_var"):  # PyTorch counts batches beside running statistics, for which it has no use here
            state[name.replace(".running_var", ".num_batches_tracked")] = torch.tensor(0)
    return state


def from_torch(state):
    arrays = {}
    for name, tensor in state.items():
        array = tensor.numpy()
        if name.startswith(("conv3d", "dense")):
            name = name.replace(".weight", "/kernel").replace(".bias", "/bias")
            array = numpy.moveaxis(array, (0, 1), (-1, -2)) if name.endswith("/kernel") else array
        if not name.endswith(".num_batches_tracked"):
            arrays[name] = array
    return arrays


if __name__ == "__main__":
    source, target = sys.argv[1:]
    if source.endswith(".pt"):
        with h5py.File(target, "w") as file:
            for name, array in from_torch(torch.load(source)).items():
                file["parameter/" + name] = array
    else:
        with h5py.File(source) as file:
            torch.save(to_torch(read_group(file["parameter"])), target)
