#!/usr/bin/env python3
"""ResNet-50 version 1.5 in PyTorch, with the names of torchvision's. resnet50.py FILE.h5...: holds dumps of the first step of resnet50.yaml, in float64,
against it. Every tensor, the running statistics included, must be within 1e-9, norm-wise. resnet50.py --data DIRECTORY writes a few random images for it.
Exit code 1 where one is too far."""
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from first_step import hold
from weights import from_torch, read_group, to_torch


def convolution(channels, out, kernel, stride=1):
    return nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)


class Bottleneck(nn.Module):
    def __init__(self, channels, filters, stride, first):
        super().__init__()
        out = 4 * filters
        self.conv1, self.bn1 = convolution(channels, filters, 1), nn.BatchNorm2d(filters)
        self.conv2, self.bn2 = convolution(filters, filters, 3, stride), nn.BatchNorm2d(filters)
        self.conv3, self.bn3 = convolution(filters, out, 1), nn.BatchNorm2d(out)
        self.downsample = nn.Sequential(convolution(channels, out, 1, stride), nn.BatchNorm2d(out)) if first else nn.Identity()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        path = self.relu(self.bn1(self.conv1(x)))
        path = self.relu(self.bn2(self.conv2(path)))
        return self.relu(self.bn3(self.conv3(path)) + self.downsample(x))


class ResNet50(nn.Module):
    def __init__(self, filters=64, classes=1000):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, filters, 7, 2), nn.BatchNorm2d(filters)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        channels = filters
        for stage, blocks in enumerate((3, 4, 6, 3)):
            layer = []
            for block in range(blocks):
                layer.append(Bottleneck(channels, filters << stage, 2 if stage > 0 and block == 0 else 1, block == 0))
                channels = 4 * filters << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(channels, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def torch_step(dump):
    parameters = read_group(dump["parameter"])
    network = ResNet50(len(parameters["bn1.weight"]), len(parameters["fc.bias"])).double()
    network.load_state_dict(to_torch(parameters), strict=True)
    prediction = network(torch.from_numpy(dump["input/x"][()]).permute(0, 3, 1, 2))
    loss = cross_entropy(prediction, torch.from_numpy(dump["target/y"][()]).long()[:, 0])
    loss.backward()
    return {"prediction": prediction.detach().numpy(), "loss": loss.detach().numpy(),
            **{"gradient/" + name: p.grad.numpy() for name, p in network.named_parameters()},
            **{"statistics/" + name: array for name, array in from_torch(dict(network.named_buffers())).items()}}


if __name__ == "__main__":
    hold(torch_step, (70, 50, 3))
