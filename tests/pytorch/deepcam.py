"""One training step of DeepCAM by PyTorch in the reference's own network: deeplab_xception.py of mlcommons/hpc (deepcam/src/deepCam/architecture), which is
found in the directory that the variable TESSERA_DEEPCAM_REFERENCE names."""
import functools
import importlib.util
import os

import numpy
import torch
from torch.nn.functional import cross_entropy, pad

from weights import from_torch, read_group, to_torch

FREQUENCIES = (0.986267818390377, 0.0004578708870701058, 0.01327431072255291)  # of the real data's classes


def reference_network(channels, height, width):
    path = os.path.join(os.environ["TESSERA_DEEPCAM_REFERENCE"], "deeplab_xception.py")
    spec = importlib.util.spec_from_file_location("deeplab_xception", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.DeepLabv3_plus(channels, len(FREQUENCIES), 16, _print=False)
    network.bottleneck.tiles = (1, 1, height // 16, width // 16)  # the reference has that of 768x1152 alone
    return network


def depthwise(convolution, x):
    """A depthwise convolution as a sum over its window. In float64, PyTorch's own takes the channels one by one."""
    (kernel, _), (stride, _), (dilation, _), (margin, _) = (getattr(convolution, name) for name in ("kernel_size", "stride", "dilation", "padding"))
    x = pad(x, (margin,) * 4)
    rows, columns = ((n - dilation * (kernel - 1) - 1) // stride + 1 for n in x.shape[2:])

    def seen(i, j):
        return x[:, :, i * dilation:, j * dilation:][:, :, :stride * (rows - 1) + 1:stride, :stride * (columns - 1) + 1:stride]

    return sum(convolution.weight[:, 0, i, j, None, None] * seen(i, j) for i in range(kernel) for j in range(kernel))


def torch_step(dump, dtype):
    """Prediction, loss, gradients and running statistics after the step of the dump's batch and parameters, as the dump has them."""
    (inputs,), (targets,) = dump["input"].values(), dump["target"].values()
    x = torch.from_numpy(inputs[()]).to(dtype).permute(0, 3, 1, 2).contiguous()
    network = reference_network(*x.shape[1:]).to(dtype)
    if dtype == torch.float64:
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d) and layer.groups > 1:
                layer.forward = functools.partial(depthwise, layer)
    network.load_state_dict(to_torch(read_group(dump["parameter"])), strict=True)
    weights = torch.tensor(FREQUENCIES, dtype=dtype) ** -0.125
    prediction = network(x)
    loss = cross_entropy(prediction, torch.from_numpy(targets[()]).long(), weights, reduction="none").mean()
    loss.backward()
    return {"prediction": prediction.detach().permute(0, 2, 3, 1).numpy(), "loss": numpy.float64(loss.item()),
            **{"gradient/" + name: p.grad.numpy() for name, p in network.named_parameters()},
            **{"statistics/" + name: array for name, array in from_torch(dict(network.named_buffers())).items()}}
