"""An autoscaler's settings in words."""

from experiment.autoscaling import Autoscaling
from scaling.policy import DOWN, UP, Direction, Rate


def settings(autoscaling: Autoscaling) -> str:
    """All its constants as they passed, compressed."""
    up, down = (each.compressed(autoscaling.compression) for each in (UP, DOWN))
    return f"{autoscaling.says}; up {_direction(up, 'least')}; down {_direction(down, 'largest')}."


def _direction(direction: Direction, careful: str) -> str:
    rates = " or ".join(map(_rate, direction.rates))
    window = f"the {careful} number asked for within {direction.window_s:g} s"
    return f"{window if direction.window_s else 'at once'}, by {rates} at most"


def _rate(rate: Rate) -> str:
    unit = " %" if rate.unit == "percent" else " instances"
    return f"{rate.value:g}{unit} in {rate.period_s:g} s"
