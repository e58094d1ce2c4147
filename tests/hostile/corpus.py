"""All hostile cases."""

from tests.hostile import addresses, encodings, forms, numbers, rosters, shapes, staff, trainings, uploads
from tests.hostile.cases import Case

CASES: list[Case] = [
    *numbers.CASES,
    *shapes.CASES,
    *encodings.CASES,
    *addresses.CASES,
    *forms.CASES,
    *rosters.CASES,
    *staff.CASES,
    *trainings.CASES,
    *uploads.CASES,
]
