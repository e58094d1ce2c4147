"""Readers find passages and terms by their words."""

import pytest
from django.conf import settings
from django.test import Client

from lessons.models import Lesson, Passage, Term
from lessons.passages import Words, fold, passages_of
from lessons.reading import read_course
from lessons.search import LONGEST_QUERY, find
from lessons.services.find import index_lessons

HTML = """<p>Before it
<math><semantics><msub><mi>w</mi><mn>1</mn></msub><annotation>\\w_1</annotation></semantics></math>.</p>
<h2 id="section-one">One <em>heading</em></h2><p>First.</p><ul><li>a</li><li>b</li></ul>
<nn-x><script type="application/json">{"never": "found"}</script></nn-x>
<h3 id="section-two">Two</h3>"""


def test_a_lesson_is_cut_at_its_headings_into_what_a_reader_sees() -> None:
    assert passages_of(HTML) == [
        Words("", "", "Before it w1."),
        Words("section-one", "One heading", "First. a b"),
        Words("section-two", "Two", ""),
    ]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("McCulloch–Pitts", "mcculloch pitts"),
        ("Größe, naïve", "grosse naive"),
        ("x_1 = 2", "x 1 2"),
        ("§", ""),
    ],
)
def test_words_are_compared_without_accents_signs_and_capitals(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.django_db
def test_every_word_must_stand_in_the_passage_and_a_heading_comes_first() -> None:
    found = find("NAND impossible")

    assert found.hits[0].heading == "Why NAND is impossible"
    assert found.hits[0].url == "/lessons/mp-neuron/#section-why-nand-is-impossible"
    assert find("NAND impossible zebra").hits == []


@pytest.mark.django_db
def test_accents_dashes_plurals_and_capitals_do_not_matter() -> None:
    urls = [hit.url for hit in find("McCulloch-Pitts neuron").hits]

    assert urls
    assert [hit.url for hit in find("mcculloch pitts NEURONS").hits] == urls


@pytest.mark.django_db
def test_an_excerpt_shows_the_words_in_their_place() -> None:
    hit = next(hit for hit in find("majority").hits if hit.lesson == "McCulloch–Pitts neuron")

    assert "majority" in [part.text for part in hit.excerpt if part.is_match]
    assert len("".join(part.text for part in hit.excerpt)) < 220


@pytest.mark.django_db
def test_a_term_is_found_by_its_name_with_its_first_lesson() -> None:
    terms = find("decision boundaries").terms

    assert [(term.name, term.lesson.slug) for term in terms] == [("decision boundary", "perceptron")]


@pytest.mark.django_db
def test_what_is_withdrawn_is_not_found() -> None:
    Lesson.objects.filter(slug="mp-neuron").update(revision=None)

    assert not [hit for hit in find("NAND impossible").hits if hit.lesson == "McCulloch–Pitts neuron"]
    index_lessons(meanings={})
    assert not Passage.objects.filter(lesson__slug="mp-neuron").exists()
    assert not Term.objects.filter(name="veto").exists()


@pytest.mark.django_db
def test_the_page_shows_what_was_typed_as_text(client: Client) -> None:
    page = client.get("/search/", {"q": "<script>alert(1)</script> neuron"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; neuron" in page


@pytest.mark.django_db
def test_a_search_that_is_too_long_is_refused_with_its_length_and_the_limit(client: Client) -> None:
    response = client.get("/search/", {"q": "x" * (LONGEST_QUERY + 1)})

    assert response.status_code == 422
    assert "101 characters; 100 is the most" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "   ", "§§", "%", "_", "\\", "' OR 1=1 --", "\x00", "a" * 100])
def test_no_query_breaks_the_page(client: Client, query: str) -> None:
    assert client.get("/search/", {"q": query}).status_code == 200


def test_concepts_are_spelt_alike_in_lessons_glossary_and_exercises() -> None:
    course = read_course(settings.CONTENT_DIR)
    introduced = {name for lesson in course.lessons for name in lesson.concepts}

    assert set(course.glossary) == introduced
    for file in course.exercises:
        assert set(file.data.get("concepts", [])) <= introduced, file.path


@pytest.mark.django_db
def test_the_glossary_shows_meanings_with_formulas(client: Client) -> None:
    page = client.get("/glossary/").content.decode()
    assert 'id="decision-boundary"' in page
    assert "<math" in page
