"""The options of ``twinstack run``."""

from pathlib import Path
from typing import Annotated

import typer

from experiment.part import HIGHEST_SEED, Profile
from testbed.cli.platform_option import PlatformName

Name = Annotated[str | None, typer.Argument(help="A scenario's name, or a TOML file of your own.")]
ProfileName = Annotated[
    Profile, typer.Option(help="smoke: does it work; demo: a first look; full: a verdict.")
]
Blocks = Annotated[
    int | None, typer.Option(min=1, max=200, help="Blocks, instead of the profile's number.")
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=HIGHEST_SEED, help="Instead of the scenario's.")
]
Where = Annotated[
    PlatformName,
    typer.Option(
        help="Where the stores run: processes, containers, services of a Swarm, or pods of the "
        "Kubernetes context that TWINSTACK_KUBE_CONTEXT names."
    ),
]
Results = Annotated[Path, typer.Option(help="Where run records go.")]
AgainstItself = Annotated[
    str | None, typer.Option(metavar="ARM", help="Measure this arm against itself: the noise.")
]
UntilDecided = Annotated[
    bool,
    typer.Option(
        "--until-decided", help="Stop as soon as the verdict is clear, by a declared rule."
    ),
]
Resume = Annotated[
    Path | None, typer.Option(help="Go on with this interrupted run, as it was planned.")
]
LoadWorkers = Annotated[
    int | None,
    typer.Option(
        min=1, max=16, help="So many workers, started by twinstack load-worker, send the load."
    ),
]
LoadListen = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS:PORT", help="Where they find this run; 127.0.0.1:5557 if unset."),
]
LoadTarget = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Where they find the store, if not where it says it is."),
]
