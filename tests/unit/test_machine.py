"""Facts about the machine, and the hashes of what takes part."""

import re
import tomllib
from pathlib import Path

import pytest

from experiment.errors import InputError
from experiment.scenario import Scenario
from experiment.store import Sample
from testbed import scenarios
from testbed.against_itself import against_itself
from testbed.cpu_times import BOOT, CpuTimes
from testbed.hashes import PACKAGES, hash_of_sample
from testbed.machine import this_machine
from testbed.sources import IN_IMAGES, ROOT, hash_of_sources
from tests.one_outage import one_outage

SMALL = Sample(products=40, customers=20, ratings=100)


def test_steal_is_a_share_of_all_time_and_guest_time_is_not_counted_twice() -> None:
    before = CpuTimes.parse("cpu  100 0 100 700 0 0 0 100 50 0\n")
    after = CpuTimes.parse("cpu  200 0 150 900 0 0 0 150 90 0\n")

    assert before.stolen_since(BOOT) == pytest.approx(0.1)
    assert after.stolen_since(before) == pytest.approx(50 / 400)
    assert after.stolen_since(after) == 0


def test_this_machine_tells_what_every_linux_tells() -> None:
    machine = this_machine()

    assert machine.cores > 0
    assert machine.fingerprint.endswith(f"kernel {machine.kernel}")
    assert machine.steal_share is not None
    assert 0 <= machine.steal_share < 1
    assert machine.virtualisation


def test_the_hash_of_the_sources_follows_content_and_names_and_not_byte_code(
    tmp_path: Path,
) -> None:
    package = tmp_path / "store" / "__pycache__"
    package.mkdir(parents=True)
    rule = tmp_path / "store" / "rule.py"
    rule.write_text("1")
    first = hash_of_sources(tmp_path, PACKAGES)
    (package / "rule.pyc").write_text("byte code")
    assert hash_of_sources(tmp_path, PACKAGES) == first
    rule.write_text("2")
    second = hash_of_sources(tmp_path, PACKAGES)
    rule.rename(rule.with_name("other.py"))
    assert len({first, second, hash_of_sources(tmp_path, PACKAGES)}) == 3


def test_every_package_that_takes_part_in_a_measurement_is_in_the_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ours = set(project["tool"]["importlinter"]["root_packages"])
    assert set(PACKAGES) == ours - {"projection"}, "a projection reads what was measured"


def test_every_file_that_the_recipe_of_images_copies_is_in_their_hash() -> None:
    recipe = (ROOT / "docker" / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE)
    sources = {name for line in copied for name in line.split()}
    not_in_stores = {
        "docker/wheels",  # held to the lock
        "pyproject.toml", "docker/edge.py", "experiment", "loadtests", "scaling", "testbed",
    }  # fmt: skip
    assert {"store", "docker/contents.py"} < sources
    assert sources - not_in_stores == set(IN_IMAGES) - {"docker/Dockerfile"}


def test_the_hash_of_the_sample_data_follows_its_size() -> None:
    assert hash_of_sample(SMALL) == hash_of_sample(SMALL)
    assert hash_of_sample(SMALL) != hash_of_sample(SMALL.model_copy(update={"ratings": 101}))


def test_an_arm_against_itself_is_two_equal_arms_and_claims_nothing() -> None:
    scenario = against_itself(one_outage(), "monolith")

    assert [arm.name for arm in scenario.arms] == ["monolith-a", "monolith-b"]
    assert scenario.arms[0].instances == scenario.arms[1].instances == {"monolith": 2}
    assert scenario.claims == ()


def test_an_arm_against_itself_leaves_metrics_that_its_plan_can_be_read_with() -> None:
    scenario = against_itself(scenarios.find("closed-vs-open"), "open-loop")

    assert Scenario.model_validate(scenario.model_dump()) == scenario


def test_an_unknown_arm_is_one_sentence_that_names_those_there_are() -> None:
    with pytest.raises(InputError, match="no such arm; it has monolith and microservices"):
        against_itself(scenarios.find("steady-load"), "mono")
