#!/usr/bin/env python3
"""One training step at full size, batch 1, 2 threads, in float32 or (--bf16) bfloat16: PyTorch's beside ours, in the same minutes. By hand:
speed.py [--bf16] build/tessera harness/configs/cosmoflow-full.yaml
TESSERA_DEEPCAM_REFERENCE=DIRECTORY speed.py [--bf16] build/tessera harness/configs/deepcam-full.yaml   (see deepcam.py)

PyTorch's bfloat16 is that of its autocast.

PyTorch computes in contiguous and in channels-last tensors, each in a process of its own; the faster counts. Medians of some steps after
one that warms up; peak memory of the process, libraries included. Exit code 77 where PyTorch is absent. Debian's wants
libopenblas0-pthread, or its float32 products run in a reference BLAS."""
import concurrent.futures
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "2"
try:
    import torch
except ImportError:
    print("skipped: PyTorch is absent")
    sys.exit(77)
from torch.nn.functional import cross_entropy, mse_loss


class CosmoFlowStep:
    steps = 3
    channels_last = torch.channels_last_3d
    shape = (1, 4, 128, 128, 128)

    def __init__(self):
        from cosmoflow import CosmoFlow, numbered
        shapes = {f"{name}/kernel": (3, 3, 3, 4 if i == 0 else 16 << i, 32 << i) for i, name in enumerate(numbered("conv3d", 5))}
        shapes.update({"dense/kernel": (4 ** 3 * 512, 128), "dense_1/kernel": (128, 64), "dense_2/kernel": (64, 4)})
        self.network = CosmoFlow(shapes)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=1e-6, momentum=0.9)
        self.target = torch.zeros(1, 4)

    def loss(self, prediction):
        return mse_loss(prediction, self.target)


class DeepCamStep:
    steps = 2
    channels_last = torch.channels_last
    shape = (1, 16, 768, 1152)

    def __init__(self):
        from deepcam import FREQUENCIES, reference_network
        self.network = reference_network(*self.shape[1:])
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=1e-6)  # PyTorch has no LAMB
        self.target = torch.zeros(1, *self.shape[2:], dtype=torch.long)
        self.weights = torch.tensor(FREQUENCIES) ** -0.125

    def loss(self, prediction):
        return cross_entropy(prediction, self.target, self.weights, reduction="none").mean()


def torch_run(workload, channels_last, bf16):
    """Seconds a step and peak bytes."""
    torch.set_num_threads(2)
    torch.manual_seed(1)
    step = workload()
    memory_format = workload.channels_last if channels_last else torch.contiguous_format
    step.network.to(memory_format=memory_format)
    x = torch.rand(*workload.shape).contiguous(memory_format=memory_format)
    seconds = []
    for _ in range(1 + workload.steps):
        start = time.perf_counter()
        step.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            prediction = step.network(x)
        step.loss(prediction.float()).backward()
        step.optimizer.step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:]), 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def our_run(tessera, config, steps, bf16):
    arguments = [tessera, "bench", "step", config, "--set", "compute.threads=2", "--set", f"compute.element={'bf16' if bf16 else 'float32'}",
                 "--batch", "1", "--repeats", str(steps), "--json"]
    bench = json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
    return bench["step_seconds"], bench["peak_bytes"]


def report(name, seconds, peak):
    print(f"{name:28}{seconds:7.3f} s a step, {peak / 1e9:5.2f} GB, load average {os.getloadavg()[0]:.1f}", flush=True)


def alone(function, *arguments):
    """In a process of its own, whose memory is its alone."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        return executor.submit(function, *arguments).result()


def main(tessera, config, bf16):
    workload = DeepCamStep if "deepcam" in os.path.basename(config) else CosmoFlowStep
    ours, theirs = [], []
    ours.append(our_run(tessera, config, workload.steps, bf16))
    report("tessera", *ours[-1])
    for name, channels_last in (("contiguous", False), ("channels-last", True)):
        theirs.append(alone(torch_run, workload, channels_last, bf16))
        report(f"PyTorch {torch.__version__} {name}", *theirs[-1])
    ours.append(our_run(tessera, config, workload.steps, bf16))
    report("tessera", *ours[-1])
    mean = statistics.mean(seconds for seconds, _ in ours)
    print(f"PyTorch's better / ours (mean of before and after): {min(theirs)[0] / mean:.2f}")


if __name__ == "__main__":
    main(*(argument for argument in sys.argv[1:] if argument != "--bf16"), "--bf16" in sys.argv)
