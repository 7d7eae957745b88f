"""From a scenario to a plan: order of arms, seeds, machine, everything fixed before the start."""

import math
import random
import secrets
from datetime import UTC, datetime
from pathlib import Path

from experiment.errors import InputError
from experiment.kept_trace import keep_trace
from experiment.ladder import expected_probes
from experiment.load_worker import RemoteLoad
from experiment.matrix import Turn
from experiment.noise_floor import Floors
from experiment.part import Profile
from experiment.record import FIRST_LOOK, Plan, RunFolder, Stopping, write_json
from experiment.scenario import Scenario
from testbed import machine
from testbed.code_size import checkout_lines
from testbed.hashes import hashes

OVERHEAD_S = 12.0
"""Cooldown, start, lead, drain, audit and stop of one trial, for the estimate of the time left."""

LOOK_EVERY = 2
"""Blocks between two looks of a run that may stop early."""

NO_FLOORS = Floors()


def trials_of(scenario: Scenario, profile: Profile, blocks: int) -> int:
    """Trials of so many blocks; for a search, the number that is expected."""
    search = scenario.search
    if search is None:
        return len(scenario.arms) * blocks
    start = scenario.load.rate if search.kind == "capacity" else scenario.budget.cpus
    values = sum(len(search.values(profile, block)) for block in range(1, blocks + 1))
    searches = len(scenario.arms) * values
    return math.ceil(searches * expected_probes(search, profile, start))


def seconds_per_trial(scenario: Scenario, profile: Profile) -> float:
    return scenario.duration_s(profile) + OVERHEAD_S


def make_plan(
    scenario: Scenario,
    profile: Profile,
    blocks: int | None,
    seed: int | None,
    factors: dict[str, str],
    *,
    floors: Floors = NO_FLOORS,
    aa: bool = False,
    until_decided: bool = False,
    remote_load: RemoteLoad | None = None,
    platform: str = "local",
) -> Plan:
    """Fix everything that a run depends on.

    ``blocks`` and ``seed`` override the scenario's. Within each block the order of the arms is
    drawn from the seed, because a fixed order would hand any drift of the machine to one side.
    ``floors`` are those that lie beside the run.
    ``until_decided`` allows the run to stop early, by a rule that becomes part of the plan.
    InputError when a rule to stop early makes no sense.
    """
    if aa and until_decided:
        raise InputError("--aa takes all planned blocks; leave out --until-decided.")
    if scenario.search is not None and until_decided:
        raise InputError("A search takes all planned blocks; leave out --until-decided.")
    planned = blocks or scenario.blocks.of(profile)
    chosen_seed = scenario.seed if seed is None else seed
    here = machine.this_machine()
    # An A/A run measures the floor, so it starts without one.
    known = {} if aa else floors.of(here.fingerprint, platform, scenario)
    now = datetime.now(UTC)
    return Plan(
        run_id=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        scenario=scenario,
        profile=profile,
        seed=chosen_seed,
        order=order_of_arms(scenario, planned, chosen_seed),
        turns=turns_of(scenario, profile, planned, chosen_seed),
        machine=here,
        versions=machine.versions(),
        commit=machine.commit_of_code(),
        factors=factors | factors_of(scenario, remote_load),
        started_at=now.isoformat(timespec="seconds"),
        aa=aa,
        noise_floor={metric: floor.floor for metric, floor in known.items()},
        noise_floor_from=tuple(sorted(set(map(str, known.values())))),
        hashes=hashes(scenario.sample),
        checkout_lines=checkout_lines(),
        stopping=stopping_within(planned) if until_decided else None,
        remote_load=remote_load,
        platform=platform,
    )


def stopping_within(blocks: int) -> Stopping:
    """Looks after 6 blocks and after every second one from there, the last when all are measured.

    Raises InputError when so few blocks are planned that there would be nothing to stop early.
    """
    fewest = FIRST_LOOK + LOOK_EVERY
    if blocks < fewest:
        raise InputError(
            f"--until-decided needs at least {fewest} planned blocks, and {blocks} are; "
            f"say --blocks {fewest} or more."
        )
    return Stopping(looks=(*range(FIRST_LOOK, blocks, LOOK_EVERY), blocks))


def factors_of(scenario: Scenario, remote_load: RemoteLoad | None = None) -> dict[str, str]:
    """What a scenario itself adds to the factors that could favour one side."""
    factors = {}
    if scenario.search is not None:
        factors["deployment of a probe"] = (
            "fresh for each; no probe inherits what another left behind"
        )
        factors["CPU budget of a probe"] = (
            "holds under load; a store starts and is audited without it"
        )
    if scenario.autoscaling is not None:
        factors["autoscaling"] = scenario.autoscaling.says
    if unprotected := [a.name for a in scenario.arms if a.slow_client_protection == "none"]:
        factors["slow-client protection"] = (
            f"none in {', '.join(unprotected)}: there the edge sends a request on at its first byte"
        )
    if remote_load is not None:
        factors["load"] = f"from {scenario.load.workers} workers over the network"
    return factors


def order_of_arms(scenario: Scenario, blocks: int, seed: int) -> tuple[tuple[str, ...], ...]:
    """Per block the arms in random order, balanced by the rows of ``balanced_orders``.

    Where the blocks cannot have each row equally often, chance says which arm gains by that.
    """
    chance = random.Random(f"order-{seed}")  # noqa: S311 - a seeded shuffle, not a secret
    arms = [arm.name for arm in scenario.arms]
    rows = balanced_orders(len(arms))
    orders = [rows[-1 - block % len(rows)] for block in range(blocks)]
    chance.shuffle(orders)
    if blocks % len(rows):
        chance.shuffle(arms)
    return tuple(tuple(arms[place] for place in order) for order in orders)


def balanced_orders(n: int) -> list[tuple[int, ...]]:
    """Orders of 0 to ``n`` - 1 in which each has each place, and each predecessor, equally often.

    A Latin square balanced for what a trial leaves to the next one (Williams, Australian Journal
    of Scientific Research A 2, 1949); an odd ``n`` takes each of its rows backwards as well.
    """
    zigzag = [place // 2 if place % 2 == 0 else n - 1 - place // 2 for place in range(n)]
    rows = [tuple((arm + shift) % n for arm in zigzag) for shift in range(n)]
    return rows if n % 2 == 0 else [*rows, *(row[::-1] for row in rows)]


def turns_of(
    scenario: Scenario, profile: Profile, blocks: int, seed: int
) -> tuple[tuple[Turn, ...], ...]:
    """Per block the order of the matrix, drawn anew; nothing where there is none."""
    if scenario.matrix is None:
        return ()
    chances = (random.Random(f"matrix-{seed}-{block}") for block in range(1, blocks + 1))  # noqa: S311 - a seeded shuffle
    return tuple(scenario.matrix.shuffled(profile, chance) for chance in chances)


def block_seed(plan: Plan, block: int) -> int:
    """Seed of a block's arrivals: every arm of the block gets the same."""
    return plan.seed * 100_003 + block


def create_folder(results: Path, plan: Plan) -> RunFolder:
    """Make the run's folder and write the plan into it, with the trace that it plays."""
    folder = RunFolder(results / plan.scenario.name / plan.run_id)
    folder.path.mkdir(parents=True)
    kept = keep_trace(plan.scenario, folder)
    write_json(folder.plan, plan.model_copy(update={"scenario": kept}))
    return folder
