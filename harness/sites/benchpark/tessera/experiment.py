from benchpark.directives import variant
from benchpark.experiment import Experiment
from benchpark.mpi import MpiOnlyExperiment
from benchpark.scaling import Scaling, ScalingMode


class Tessera(Experiment, MpiOnlyExperiment, Scaling(ScalingMode.Strong, ScalingMode.Weak)):
    """Strong and weak scaling of Tessera's training step, of whole samples or split ones."""

    variant(
        "workload",
        default="training",
        values=("training", "to_target"),
        description="timed steps, or a run to the target",
    )
    variant("version", default="main", values=("main",), description="of Tessera")
    variant("configuration", default="cosmoflow-tiny", values=str, description="YAML file of Tessera")
    variant("split", default="1x1", values=str, description="parts of a sample along its axes")

    def compute_applications_section(self):
        self.add_experiment_variable("configuration", self.spec.variants["configuration"][0], False)
        self.add_experiment_variable("split", self.spec.variants["split"][0], True)
        self.add_experiment_variable("n_threads", 1, True)
        self.add_experiment_variable("global_batch", 16, True)
        self.add_experiment_variable("resource_count", 1, True)
        self.add_experiment_variable("n_ranks", "{resource_count}", False)

        def grow(var, itr, dim, scaling_factor):
            return var.val(dim) * scaling_factor

        def keep(var, itr, dim, scaling_factor):
            return var.val(dim)

        # Strong scaling keeps the global batch, weak scaling the samples of a rank.
        self.register_scaling_config(
            {
                ScalingMode.Strong: {"resource_count": grow, "global_batch": keep},
                ScalingMode.Weak: {"resource_count": grow, "global_batch": grow},
            }
        )
        self.set_required_variables(
            n_resources="{resource_count}",
            process_problem_size="{global_batch}/{resource_count}",
            total_problem_size="{global_batch}",
        )

    def compute_package_section(self):
        self.add_package_spec(self.name, [f"tessera@{self.spec.variants['version'][0]}"])
