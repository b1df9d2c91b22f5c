"""A typed language of mathematical sentences: the sentence is the claim.

`parse` reads a line of text, `text` prints it back, `Sentence` is the object between; `words` is the vocabulary.
"""

from theory.statement import words
from theory.statement.json_form import digest, from_json, to_json
from theory.statement.parse import Question, parse, parse_question
from theory.statement.print_text import text
from theory.statement.sentence import Sentence
from theory.statement.token import SentenceError

__all__ = [
    "Question",
    "Sentence",
    "SentenceError",
    "digest",
    "from_json",
    "parse",
    "parse_question",
    "text",
    "to_json",
    "words",
]
