"""A training configuration in a real browser, trained by the real worker."""

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_main_job import expect_grade


def test_a_configuration_is_trained_and_its_curves_are_shown(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go("/exercises/digits-mlp/")
    page.locator('[name="config.layers"]').fill("linear 32\nrelu\nlinear 10")
    page.locator('[name="config.optimizer.type"]').select_option("adam")
    page.locator('[name="config.optimizer.lr"]').fill("0.01")
    page.locator('[name="config.epochs"]').fill("10")
    page.locator('[name="config.batch_size"]').fill("32")

    page.get_by_role("button", name="Submit for a grade").click()

    expect(page.get_by_role("heading", name="How the trainings went")).to_be_visible(timeout=30_000)
    expect_grade(page, "100 of 100")
    expect(page.locator("figure.curve")).to_have_count(3)
    expect(page.locator("figure.curve table").first.locator("tbody tr")).to_have_count(10)


def test_a_configuration_that_costs_too_much_is_refused_at_the_door(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go("/exercises/digits-mlp/")
    page.locator('[name="config.layers"]').fill("linear 32\nrelu\nlinear 10")
    page.locator('[name="config.optimizer.lr"]').fill("0.01")
    page.locator('[name="config.epochs"]').fill("1000000000")

    page.get_by_role("button", name="Submit for a grade").click()

    expect(page.get_by_role("alert")).to_contain_text("1000000000 must be at most")
    expect(page.locator('[name="config.epochs"]')).to_have_value("1000000000")


def test_a_training_of_the_playground_is_handed_in(visitor: Visitor) -> None:
    visitor.sign_up()
    page = visitor.go("/play/")
    page.get_by_label("Data", exact=True).select_option("xor")
    page.get_by_label("Learning rate").fill("1")
    page.get_by_label("Learning rate").blur()
    page.get_by_role("button", name="One epoch").click()
    page.get_by_role("link", name="Submit the training to").click()

    expect(page.get_by_text("Filled in from your link")).to_be_visible()
    expect(page.locator('[name="config.layers"]')).to_have_value("linear 4\ntanh\nlinear 1")
    assert "#" not in page.url
    page.locator('[name="config.optimizer.momentum"]').fill("")
    page.locator('[name="config.epochs"]').fill("2000")
    page.get_by_role("button", name="Submit for a grade").click()

    expect_grade(page, "100 of 100")
