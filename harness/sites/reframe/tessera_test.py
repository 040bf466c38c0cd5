# Tests of ReFrame (4.x) that time Tessera on a site's systems and hold its figures of merit to references.
#
#     reframe -C SITE.py -c harness/sites/reframe/tessera_test.py -r -S data=/scratch/cosmoflow-tiny -S tessera=build/tessera
#
# References belong into the site's own copy: reference = {"system:partition": {"samples_per_second": (1200, -0.1, None, "samples/s")}}.
import reframe as rfm
import reframe.utility.sanity as sn


class TesseraTest(rfm.RunOnlyRegressionTest):
    """What its commands have in common: they end with lines `FOM <name> = <value> <unit>`."""

    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    tessera = variable(str, value="tessera")
    config = variable(str, value="cosmoflow-tiny")
    data = variable(str, value="data/cosmoflow-tiny")
    threads = variable(int, value=1)

    @run_before("run")
    def set_program(self):
        self.executable = self.tessera
        self.num_cpus_per_task = self.threads

    def figure(self, name):
        return sn.extractsingle(rf"^FOM {name} = (\S+) \S+$", self.stdout, 1, float)


@rfm.simple_test
class TesseraTraining(TesseraTest):
    """Timed training steps at several sizes, split and not, each held to the reference before."""

    descr = "Tessera: training steps"
    ranks = parameter([1, 2, 4])
    split = parameter(["whole", "2x1"])

    @run_after("init")
    def set_ranks(self):
        self.num_tasks = self.ranks
        self.skip_if(self.split == "2x1" and self.ranks < 2, "one rank has no parts to share")

    @run_before("run")
    def set_options(self):
        self.executable_opts = [
            "bench", "training", self.config, "--verify", "--steps", "20", "--repeats", "5",
            "--set", f"data.data_dir={self.data}", "--set", f"compute.threads={self.threads}",
        ]
        if self.split != "whole":
            self.executable_opts += ["--split", self.split]

    @sanity_function
    def verified(self):
        return sn.all([
            sn.assert_lt(self.figure("verification_residual"), 16),
            sn.assert_found(r"^FOM samples_per_second = ", self.stdout),
        ])

    @performance_function("samples/s")
    def samples_per_second(self):
        return self.figure("samples_per_second")

    @performance_function("s")
    def step_seconds(self):
        return self.figure("step_seconds")

    @performance_function("flop/s")
    def sustained_flop_per_second(self):
        return self.figure("sustained_flop_per_second")


@rfm.simple_test
class TesseraToTarget(TesseraTest):
    """A run to its target."""

    descr = "Tessera: time to solution"
    num_tasks = 2

    @run_before("run")
    def set_options(self):
        self.executable_opts = [
            "train", self.config, "--output", "run", "--no-progress",
            "--set", f"data.data_dir={self.data}", "--set", f"compute.threads={self.threads}",
        ]

    @sanity_function
    def reached(self):
        return sn.assert_found(r"^target reached: ", self.stdout)

    @performance_function("s")
    def time_to_solution(self):
        return self.figure("time_to_solution")
