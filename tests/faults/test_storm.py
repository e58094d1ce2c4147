"""The short form of the storm; `make storm` is the long one."""

import pytest

from tests.faults.storm import faults_of, rage, storm_over

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("profile", ["sqlite", "postgres"])
def test_a_storm_loses_and_doubles_nothing(profile: str) -> None:
    with storm_over(profile, seed=7) as storm:
        ended = rage(storm, 200, pause=0.6)

    assert faults_of(ended, 200) == []
    assert storm.faults.total() >= 8
