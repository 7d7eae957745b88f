"""Arms whose work differs from that of their scenario, and the journey of one page."""

import pytest
from pydantic import ValidationError

from experiment.load import Load
from experiment.scenario import Scenario
from experiment.store import Arm, OwnWork, Work
from loadtests.rates import Stretch
from loadtests.schedule import schedule
from testbed.deploying import deployment_of
from tests.one_outage import one_outage

SCENARIO = one_outage()


def _scenario(own: OwnWork) -> Scenario:
    arm = Arm(name="a", architecture="monolith", work=own)
    changes = {"work": Work(threads=4, recommendation_passes=7), "arms": (arm, SCENARIO.arms[1])}
    return SCENARIO.model_copy(update=changes)


def test_an_arm_replaces_what_it_names_and_has_the_rest_of_its_scenario() -> None:
    scenario = _scenario(OwnWork(recommendation_passes=900))

    own, other = (deployment_of(scenario, arm).work for arm in scenario.arms)

    assert own == Work(threads=4, recommendation_passes=900)
    assert other == Work(threads=4, recommendation_passes=7)


def test_an_arms_work_outlives_a_written_plan() -> None:
    written = _scenario(OwnWork(recommendation_passes=900)).model_dump_json()

    scenario = Scenario.model_validate_json(written)

    assert deployment_of(scenario, scenario.arms[0]).work.threads == 4


def test_an_arm_can_have_all_of_the_work_otherwise_and_within_the_same_bounds() -> None:
    assert set(OwnWork.model_fields) == set(Work.model_fields)
    for name in Work.model_fields:
        with pytest.raises(ValidationError):
            OwnWork.model_validate({name: 0})


def test_a_view_is_one_product_page() -> None:
    load = Load(rate=50, mix={"view": 1.0})

    steps = schedule(load, [Stretch(4, {})], SCENARIO.sample, seed=3).to_pandas()

    assert set(steps.operation) == {"product-page"}
    assert steps.seq.is_unique
    assert steps.choices.nunique() > 20
