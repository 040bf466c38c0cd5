#!/usr/bin/env python3
"""Holds dumps of the first step of the network in sequential.yaml, in float64, against PyTorch: sequential.py FILE.h5... Every tensor, the moving statistics
included, must be within 1e-9 of PyTorch's, norm-wise. sequential.py --data DIRECTORY writes a few random samples for it. Exit code 1 where one is too far."""
import numpy
import torch
from torch.nn.functional import avg_pool2d, batch_norm, conv2d, conv_transpose2d, cross_entropy, leaky_relu, linear, max_pool2d, pad

from first_step import hold
from weights import read_group


def same(x, kernel, stride, value=0.0):
    """Padded as TensorFlow's 'same' is: an odd cell goes to the high end."""
    margins = []
    for extent, k in zip(reversed(x.shape[2:]), reversed(kernel)):
        total = max((-(-extent // stride) - 1) * stride + k - extent, 0)
        margins += [total // 2, total - total // 2]
    return pad(x, margins, value=value)


class Step:
    """Parameters as leaves, in Keras' names and axes, and the moving statistics, which normalising moves."""

    def __init__(self, parameters):
        self.tensors = {name: torch.from_numpy(array).requires_grad_("moving" not in name) for name, array in parameters.items()}

    def convolution(self, name, x, stride=1, **options):
        kernel = self.tensors[name + "/kernel"].permute(3, 2, 0, 1)
        return conv2d(x, kernel, self.tensors.get(name + "/bias"), stride, **options)

    def normalised(self, name, x, momentum=0.99, epsilon=1e-3):
        gamma, beta, mean, variance = (self.tensors[f"{name}/{part}"] for part in ("gamma", "beta", "moving_mean", "moving_variance"))
        return batch_norm(x, mean, variance, gamma, beta, True, 1 - momentum, epsilon)

    def dense(self, name, x):
        return linear(x, self.tensors[name + "/kernel"].t(), self.tensors[name + "/bias"])

    def network(self, x):  # N C H W
        x = self.convolution("conv2d", same(x, (3, 3), 2), stride=2)
        x = torch.relu(self.normalised("batch_normalization", x))
        path = self.convolution("conv2d_1", same(x, (3, 3), 1))
        path = torch.tanh(self.normalised("batch_normalization_1", path, 0.9, 0.01))
        path = self.normalised("batch_normalization_2", self.convolution("conv2d_2", same(path, (3, 3), 1)))
        shortcut = self.normalised("batch_normalization_3", self.convolution("conv2d_3", x))
        x = torch.relu(path + shortcut)
        x = max_pool2d(same(x, (3, 3), 2, -numpy.inf), 3, 2)
        # 'same' crops what a kernel reaches beyond the stride: one row at the high end, two columns at both.
        x = conv_transpose2d(x, self.tensors["conv2d_transpose/kernel"].permute(3, 2, 0, 1), self.tensors["conv2d_transpose/bias"], 2)[:, :, :-1, 1:-1]
        x = leaky_relu(x, 0.3)
        x = self.convolution("conv2d_4", x, dilation=2, groups=2, padding=(1, 2))
        cells = avg_pool2d(same(torch.ones_like(x), (3, 3), 2), 3, 2)  # of each window the part that isn't padding
        x = torch.sigmoid(avg_pool2d(same(x, (3, 3), 2), 3, 2) / cells)
        x = x.permute(0, 2, 3, 1).flatten(1)  # Keras flattens in the order H W C
        return self.dense("dense_1", torch.relu(self.dense("dense", x)))


def torch_step(dump):
    step = Step(read_group(dump["parameter"]))
    x = torch.from_numpy(dump["input/x"][()]).permute(0, 3, 1, 2)
    prediction = step.network(x)
    loss = cross_entropy(prediction, torch.from_numpy(dump["target/y"][()]).long()[:, 0])
    loss.backward()
    found = {"prediction": prediction.detach(), "loss": loss.detach()}
    for name, tensor in step.tensors.items():
        found[("gradient/" if tensor.requires_grad else "statistics/") + name] = tensor.grad if tensor.requires_grad else tensor
    return {name: tensor.numpy() for name, tensor in found.items()}


if __name__ == "__main__":
    hold(torch_step, (22, 18, 3))
