"""Writes the edge's configurations for platforms that give each role a name: a stage of a build."""

import json
import sys
from pathlib import Path

from microservices.deployables import DEPLOYABLES as SERVICES
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.runtime.deployable import Deployable
from testbed.platforms.store import envoy

PORT = 8080
ADMIN_PORT = 9901
ARCHITECTURES = {"monolith": MONOLITH, "microservices": SERVICES}


def configuration(deployables: tuple[Deployable, ...]) -> envoy.Config:
    return envoy.bootstrap(
        envoy.EdgePlan(
            routes={prefix: each.role for each in deployables for prefix in each.routes},
            roles=[each.role for each in deployables],
            port=PORT,
            address="0.0.0.0",  # noqa: S104 - within a container
            admin_port=ADMIN_PORT,
        )
    )


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    for name, deployables in ARCHITECTURES.items():
        content = json.dumps(configuration(deployables), indent=1)
        (folder / f"{name}.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
