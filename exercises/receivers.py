"""How the exercises join the course: cards on lesson pages, delivery in new courses."""

from exercises.queries.cards import work_cards
from lessons import work

work.register(work_cards)
