#!/usr/bin/env python3
"""Holds a dumped step (tessera train --dump-step FILE.h5; CosmoFlow with dropout 0) against PyTorch in float64:
parity.py [--ties] [--bf16] FILE.h5...

Distances are norm-wise, |ours - PyTorch's| / |PyTorch's|. A float64 dump must be within 1e-9 in every tensor; a float32 dump within
3 times the distance of PyTorch's own float32, or 1e-5 (DeepCAM: 1e-4). With --bf16, a dump of CosmoFlow
in bfloat16 must be within twice the distance of PyTorch's own bfloat16, its autocast. Exit code 1 where it isn't.

With --ties, a float32 dump of CosmoFlow dump may also be as far as ties in the pooling windows make uncertain. Where the two largest of a window lie closer
than rounding, either gradient is right, and one such window outweighs all rounding: at 128^3 there are tens among millions. The column
"ties" is how far float64's gradient goes when every one of these windows takes its second largest."""
import os
import sys

import h5py
import numpy
import torch

import deepcam
from cosmoflow import CosmoFlow
from weights import from_torch, read_group, to_torch


def second_where_tied(x):
    """Max-pooling that takes a window's second largest where it is within 4e-6 (root mean square of x) of the largest."""
    windows = x.unfold(2, 2, 2).unfold(3, 2, 2).unfold(4, 2, 2).flatten(5)
    values, places = windows.topk(2, dim=-1)
    tied = values[..., :1] - values[..., 1:] < 4e-6 * x.square().mean().sqrt()
    return windows.gather(-1, torch.where(tied, places[..., 1:], places[..., :1])).squeeze(-1)


def cosmoflow_step(dump, dtype, autocast=False, **options):
    """Prediction, loss and gradients of the dump's batch and parameters, as the dump has them."""
    parameters = read_group(dump["parameter"])
    model = CosmoFlow({name: array.shape for name, array in parameters.items()}, **options).to(dtype)
    model.load_state_dict(to_torch(parameters))
    (inputs,), (targets,) = dump["input"].values(), dump["target"].values()
    predictions, loss = [], 0.0
    for i in range(len(inputs)):  # one by one, since float64 at 128^3 takes gigabytes a sample
        x = torch.from_numpy(inputs[i:i + 1]).to(dtype).permute(0, 4, 1, 2, 3).contiguous()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            prediction = model(x).to(dtype)
        share = torch.mean((prediction - torch.from_numpy(targets[i:i + 1]).to(dtype)) ** 2) / len(inputs)
        share.backward()
        predictions.append(prediction.detach().numpy())
        loss += share.item()
    gradients = from_torch({name: p.grad for name, p in model.named_parameters()})
    return {"prediction": numpy.concatenate(predictions), "loss": numpy.float64(loss),
            **{"gradient/" + name: gradients[name] for name in parameters}}


def torch_step(dump, dtype):
    if "climate" in dump["input"]:
        return deepcam.torch_step(dump, dtype)
    return cosmoflow_step(dump, dtype)


def distance(ours, truth):
    return numpy.linalg.norm(numpy.float64(ours) - truth) / numpy.linalg.norm(truth)


def tensors_too_far(dump, ties, bf16):
    """Prints the table of one dump."""
    double = dump["prediction"].dtype == numpy.float64
    negligible = 1e-4 if "climate" in dump["input"] else 1e-5
    truth = torch_step(dump, torch.float64)
    single = cosmoflow_step(dump, torch.float32, autocast=True) if bf16 else torch_step(dump, torch.float32)
    tied = cosmoflow_step(dump, torch.float64, pool=second_where_tied) if ties else truth
    print(f"{dump.filename} {dump['prediction'].dtype}")
    width = max(map(len, truth)) + 2
    print(f"{'tensor':{width}}{'ours':>11}{'PyTorch bf16' if bf16 else 'PyTorch f32':>13}{'ties':>11}{'limit':>11}")
    far = 0
    for name in truth:
        ours, theirs = distance(dump[name][()], truth[name]), distance(single[name], truth[name])
        uncertain = distance(tied[name], truth[name])
        limit = 1e-9 if double else 2 * theirs if bf16 else max(3 * theirs, negligible, uncertain)
        well = ours <= limit  # false for not-a-number too
        far += not well
        print(f"{name:{width}}{ours:11.2e}{theirs:13.2e}{uncertain:11.2e}{limit:11.2e}{'' if well else '  TOO FAR'}")
    print(f"{far} of {len(truth)} tensors too far from PyTorch's float64")
    return far


if __name__ == "__main__":
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    ties, bf16 = "--ties" in sys.argv, "--bf16" in sys.argv
    files = [path for path in sys.argv[1:] if not path.startswith("--")]
    sys.exit(sum(tensors_too_far(h5py.File(path, "r"), ties, bf16) for path in files) > 0)
