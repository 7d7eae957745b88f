"""What a tally says about an impairment: how often callers met it, and that in words."""

from testbed.network.impairment import Impairment, Tally


def observed(impairment: Impairment, tally: Tally) -> tuple[int, str]:
    """How often it was met, and a sentence part with numbers and units."""
    match impairment.kind:
        case "refuse":
            return tally.refused, f"{tally.refused} connections refused on this machine meanwhile"
        case "reset":
            return tally.cut, f"{tally.cut} answers cut off by a reset"
        case "black-hole":
            held = f"{tally.bytes_held} bytes of {tally.connections} connections held"
            return tally.bytes_held, held
        case "partition":
            return tally.packets_dropped, f"{tally.packets_dropped} packets lost"
        case "latency":
            return tally.pieces, f"{tally.pieces} times bytes took {_mean_ms(tally):.1f} ms longer"
        case "bandwidth":
            queued = f"{tally.bytes_through} bytes queued for {_mean_ms(tally):.0f} ms on average"
            return tally.pieces, queued


def _mean_ms(tally: Tally) -> float:
    return 1000 * tally.waited_s / max(tally.pieces, 1)
