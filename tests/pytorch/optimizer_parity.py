#!/usr/bin/env python3
"""Holds trajectories of our optimizers (optimizer_trajectory.cpp) against torch.optim's on the same gradients:
optimizer_parity.py sgd|adam|adamw FILE.h5...

SGD: Keras adds l2 w^2 to the loss, hence 2 l2 w to the gradient: weight_decay = 2 l2. Keras' velocity contains the learning rate, PyTorch's
doesn't: v = -lr * buffer, so where the rate changes, PyTorch's buffers are rescaled to stand for the same velocity."""
import sys

import h5py
import numpy
import torch

from weights import read_group


class Sgd:
    def __init__(self, file, w):
        groups = [{"params": [p for name, p in w.items() if name.endswith("/kernel") == decayed], "weight_decay": decayed * 2 * file["l2"][()]}
                  for decayed in (True, False)]
        self.optimizer = torch.optim.SGD(groups, lr=1.0, momentum=file["momentum"][()])
        self.rate = None

    def step(self, rate):
        for group in self.optimizer.param_groups:
            for p in group["params"]:
                if self.rate is not None:
                    self.optimizer.state[p]["momentum_buffer"] *= self.rate / rate
            group["lr"] = rate
        self.rate = rate
        self.optimizer.step()

    def state(self, name, p):
        return -self.rate * self.optimizer.state[p]["momentum_buffer"]


class Adam:
    def __init__(self, file, w, kind=torch.optim.Adam):
        self.optimizer = kind(w.values(), betas=(file["beta1"][()], file["beta2"][()]), eps=file["epsilon"][()], weight_decay=file["weight_decay"][()])

    def step(self, rate):
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()

    def state(self, name, p):
        return self.optimizer.state[p][name]


class AdamW(Adam):
    def __init__(self, file, w):
        super().__init__(file, w, torch.optim.AdamW)


def distance(ours, theirs):
    theirs = theirs.detach().numpy().astype(numpy.float64)
    return numpy.linalg.norm(ours - theirs) / numpy.linalg.norm(theirs)


def follows(kind, path):
    """Takes the file's steps with PyTorch; says whether every value of every step, and the state they end in, is as the file has it."""
    file = h5py.File(path, "r")
    initial = read_group(file["initial"])
    w = {name: torch.nn.Parameter(torch.tensor(array)) for name, array in initial.items()}
    optimizer = kind(file, w)
    worst = 0.0
    for step, rate in enumerate(file["rates"][()]):
        for name, p in w.items():
            p.grad = torch.from_numpy(file[f"gradient/{name}"][step])
        optimizer.step(rate)
        worst = max([worst] + [distance(file[f"value/{name}"][step], p) for name, p in w.items()])
    states = [distance(file[f"state/{state}/{name}"][()], optimizer.state(state, p)) for state in file["state"] for name, p in w.items()]
    moved = min(numpy.abs(p.detach().numpy() - initial[name]).max() for name, p in w.items())
    limit = 1e-13 if initial["dense/kernel"].dtype == numpy.float64 else 2e-6
    print(f"{path.rpartition('/')[2]}: {step + 1} steps, worst distance {worst:.2e}, of the states {max(states):.2e}, limit {limit:.0e}; "
          f"parameters moved by {moved:.2f}")
    return max(worst, *states) <= limit and moved > 0.1


if __name__ == "__main__":
    kind = {"sgd": Sgd, "adam": Adam, "adamw": AdamW}[sys.argv[1]]
    sys.exit(0 if all([follows(kind, path) for path in sys.argv[2:]]) else 1)
