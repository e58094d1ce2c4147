"""A regrade as an instructor does it, with the real worker: dry run, apply and undo without a reload."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_main_job import EXERCISE, expect_grade, fill


def test_a_regrade_goes_from_dry_run_to_undo_on_one_page(open_window: Callable[..., Visitor]) -> None:
    student, instructor = open_window(), open_window()
    name = student.sign_up()
    page = student.go(EXERCISE)
    fill(page, **{"weights.2.bias[0]": "0"})
    page.get_by_role("button", name="Submit for a grade").click()
    expect_grade(page, "of 100")

    admin = instructor.sign_in("instructor")
    instructor.go("/admin/exercises/regrade/add/")
    admin.get_by_label("Exercise", exact=True).select_option(label="xor-weights")
    admin.get_by_label("Student").fill(name)
    admin.get_by_label("Reason").fill("A check was mended")
    admin.get_by_role("button", name="Count what this covers").click()
    admin.get_by_role("button", name="Start the dry run of 1").click()

    state = admin.get_by_role("status")
    admin.get_by_role("button", name="Apply to the ledger").click(timeout=20_000)
    admin.get_by_role("button", name="Undo: restore the earlier grades").click(timeout=20_000)
    expect(state).to_contain_text("Undone", timeout=20_000)
    admin.get_by_role("link", name="Show who rises and who falls").click()
    expect(admin.get_by_role("heading", name="Who rises and who falls")).to_be_visible()
    page.reload()
    expect_grade(page, "of 100")
