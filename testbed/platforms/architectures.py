"""The deployables of each architecture."""

from experiment.scenario import Architecture
from store.runtime.deployable import Deployable


def deployables(architecture: Architecture) -> tuple[Deployable, ...]:
    """Imported only when asked for: one architecture must come up where the other is broken."""
    if architecture == "monolith":
        from monolith.deployables import DEPLOYABLES as monolith  # noqa: PLC0415 - see above

        return monolith
    from microservices.deployables import DEPLOYABLES as services  # noqa: PLC0415 - see above

    return services
