"""From a directory of Terraform files to evaluated resource instances.

The way in is ``evaluate_root``::

    from driftcheck.hcl.module import ModuleOptions, VarFile, VarFlag, evaluate_root
    from driftcheck.inputs.terraform_aws import AwsSchemas

    evaluation = evaluate_root(
        Path("infrastructure/invoices"),
        ModuleOptions(
            inputs=[VarFile(Path("prod.tfvars")), VarFlag("environment=prod")],
            env=os.environ,
            workspace=None,
            repository_root=Path("."),
            schemas=AwsSchemas(account="123456789012", region="eu-west-1"),
            resource_types=AwsSchemas.is_supported,
        ),
    )
    evaluation.diagnostics        # errors, holes, warnings, each with its place
    evaluation.model_resources()  # driftcheck.model.resource.Resource, fully expanded
    evaluation.resources          # the same as ResourceInstance, with typed values
    evaluation.outputs            # values by name
    evaluation.console_context()  # what expressions typed by hand are evaluated with
    raw_resources(evaluation.resources)  # rows in the shape of Terraform's plan JSON

The pieces, in the order in which they work: ``load`` reads a directory and
``decode`` turns blocks into ``declarations``; ``tree`` follows module calls
(``sources`` finds their code); ``undeclared`` refuses references to nothing;
``inputs`` collects root variables; ``dependencies`` and ``graph`` decide the order;
``evaluator`` evaluates declarations for all instances (``expansion``, ``variables``,
``resources``, ``bodies``, ``dynamic``, ``providers``); ``scope`` says what names mean;
``schema`` is where knowledge about resource types comes in (``configured`` is what it is
asked about); ``provenance`` and ``expression_trail`` follow a value back to
where it was stated.
"""

from driftcheck.hcl.module.comments import ScopedComment, scoped_comments
from driftcheck.hcl.module.diagnostics import Diagnostic, Level
from driftcheck.hcl.module.evaluation import (
    Evaluation,
    ModuleOptions,
    evaluate_root,
)
from driftcheck.hcl.module.inputs import VarFile, VarFlag, VarOption, VarValue
from driftcheck.hcl.module.instances import ResourceInstance
from driftcheck.hcl.module.raw import SENSITIVE_MARKER, raw_resources
from driftcheck.hcl.module.schema import (
    AttributeSchema,
    BlockSchema,
    NestedBlock,
    NoSchemas,
    PlanRequest,
    ProviderUse,
    ResourceSchemas,
)

__all__ = [
    "SENSITIVE_MARKER",
    "AttributeSchema",
    "BlockSchema",
    "Diagnostic",
    "Evaluation",
    "Level",
    "ModuleOptions",
    "NestedBlock",
    "NoSchemas",
    "PlanRequest",
    "ProviderUse",
    "ResourceInstance",
    "ResourceSchemas",
    "ScopedComment",
    "VarFile",
    "VarFlag",
    "VarOption",
    "VarValue",
    "evaluate_root",
    "raw_resources",
    "scoped_comments",
]
