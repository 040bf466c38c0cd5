from ramble.appkit import *


class Tessera(ExecutableApplication):
    """Tessera: hybrid-parallel scientific deep learning, measured (MLPerf-HPC-style)"""

    name = "tessera"

    tags("machine-learning", "benchmark-app", "mini-app", "mpi")

    software_spec("tessera", pkg_spec="tessera@main", package_manager="spack*")
    required_package("tessera", package_manager="spack*")

    executable(
        "generate",
        "tessera generate cosmoflow --output {data} --suite multiscale --size {cells}"
        " --train {training_samples} --validation {validation_samples} --seed 1",
        use_mpi=True,
    )
    executable(
        "time",
        "tessera bench training {configuration} --steps {steps} --repeats {repeats} --verify"
        " --split {split} --set data.data_dir={data} --set data.global_batch_size={global_batch}"
        " --set compute.threads={n_threads}",
        use_mpi=True,
    )
    executable(
        "train",
        "tessera train {configuration} --output {experiment_run_dir}/run --resume=auto --no-progress"
        " --split {split} --set data.data_dir={data} --set data.global_batch_size={global_batch}"
        " --set compute.threads={n_threads}",
        use_mpi=True,
    )

    workload("training", executables=["generate", "time"])
    workload("to_target", executables=["generate", "train"])
    both = ["training", "to_target"]

    workload_variable(
        "configuration", default="cosmoflow-tiny", description="YAML file, or one that came with Tessera", workloads=both
    )
    workload_variable(
        "data",
        default="{workload_input_dir}/cosmoflow-{cells}",
        description="Data set; it is written once, and found again",
        workloads=both,
    )
    workload_variable("global_batch", default="16", description="Samples a step, of all ranks", workloads=both)
    workload_variable("cells", default="16", description="Of a sample along each axis", workloads=both)
    workload_variable("training_samples", default="2048", description="Samples to train on", workloads=both)
    workload_variable("validation_samples", default="512", description="Samples to validate on", workloads=both)
    workload_variable(
        "split", default="1x1", description="Parts of a sample along its axes: 4x1", workloads=both
    )
    workload_variable("steps", default="20", description="Of a repeat", workloads=["training"])
    workload_variable("repeats", default="5", description="How often they are timed", workloads=["training"])

    # FOM <name> = <value> <unit>
    for fom, unit in [
        ("step_seconds", "s"),
        ("samples_per_second", "samples/s"),
        ("sustained_flop_per_second", "flop/s"),
        ("share_of_peak", "%"),
        ("joules_a_step", "J"),
        ("verification_residual", "x"),
        ("time_to_solution", "s"),
        ("epochs", "epochs"),
    ]:
        figure_of_merit(
            fom,
            fom_regex=rf"^FOM {fom} = (?P<value>\S+) \S+$",
            group_name="value",
            units=unit,
            log_file="{log_file}",
        )

    success_criteria(
        "figures",
        mode="string",
        match=r"^FOM samples_per_second = ",
        file="{log_file}",
    )
