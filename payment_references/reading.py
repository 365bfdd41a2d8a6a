"""Reading the texts of one payment: which references with check digits they hold, and which numbers as whole words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from .document_numbers import GROUPED_DIGITS, LONGEST, SHORTEST, Number, is_date, is_divided_alike, number_key
from .months import Month
from .names import WORD, fold
from .series import Series
from .structured import find_printed, find_structured, is_creditor_reference, structured_key
from .vocabulary import CORRECTIONS, GLUE, OTHER_DOCUMENTS, OTHER_THINGS, TAGS

STRUCTURED, CREDITOR, NUMBER = "structured", "creditor", "number"
DIGIT = re.compile(r"\d")
MOST_WORDS = 7  # of one number: INV / 2025 / 11 / 00001, or a creditor reference in groups of four
LONGEST_AFFIX = 3  # letters: "WEB-INV/2025/1" and "INV/2025/1/CN" are other numbers, "invoice-INV/2025/1" is not
LONG_DIGITS = 8  # as one word they are no piece of a telephone number, an amount or an account written in groups
MOST_SPANS = 20  # of one key in one text: whoever repeats it more often says nothing more


def classify(reference: str) -> tuple[str, str]:
    """Return the kind of a document's reference, and the key by which payments name it.

    :param reference: number, structured communication or creditor reference, as on the document
    :return: STRUCTURED, CREDITOR or NUMBER, and the key; it is "" when there is nothing to name
    """
    if digits := structured_key(reference):
        return STRUCTURED, digits
    key = number_key(reference)
    return (CREDITOR if is_creditor_reference(key) else NUMBER), key


class Span(NamedTuple):
    """Neighboring words of one text."""

    text: int
    start: int
    end: int  # after the last word

    def overlaps(self, other: Span) -> bool:
        return self.text == other.text and self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.text == other.text and self.start <= other.start and other.end <= self.end


class Named(NamedTuple):
    """A key that a text names, and where."""

    key: str
    span: Span


class References:
    """The references in the texts of one payment."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read texts.

        :param texts: label, communication, description and whatever else may hold a reference
        """
        self.structured: set[str] = set()
        self.creditor: set[str] = set()
        self.spans: dict[str, list[Span]] = {}
        self._words: list[list[str]] = []
        self._between: list[list[str]] = []
        self._texts = [fold(text) for text in dict.fromkeys(filter(None, texts))]
        for text in self._texts:
            self.structured.update(find_structured(text))
            self._read_words(text)

    def _read_words(self, text: str) -> None:
        matches = list(WORD.finditer(text))
        words = [match[0] for match in matches]
        number = len(self._words)
        self._words.append(words)
        self._between.append([text[one.end() : two.start()] for one, two in pairwise(matches)])
        with_digits = [DIGIT.search(word) is not None for word in words]
        if not any(with_digits):
            return
        for start in range(len(words)):
            compact, has_digits = "", False
            for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
                compact += words[end - 1]
                has_digits = has_digits or with_digits[end - 1]
                if len(compact) > LONGEST:
                    break
                if len(compact) < SHORTEST or not has_digits:
                    continue
                spans = self.spans.setdefault(compact, [])
                if len(spans) < MOST_SPANS:
                    spans.append(Span(number, start, end))
                if is_creditor_reference(compact):
                    self.creditor.add(compact)

    @property
    def keys(self) -> set[str]:
        """Every key that may stand in the texts: more than they name."""
        return self.structured | self.creditor | self.spans.keys()

    @cached_property
    def series(self) -> list[Series]:
        """The texts that hold digits, for what their numbers have in common with others."""
        return [Series(text) for text in self._texts if DIGIT.search(text)]

    @cached_property
    def months(self) -> set[Month]:
        """The months that the texts name."""
        return set().union(*(Series(text).months for text in self._texts))

    @cached_property
    def printed(self) -> set[str]:
        """The structured communications that stand for themselves: no digits beside them may make them by chance."""
        return {digits for text in self._texts for digits in find_printed(text)}

    def get_named(self, numbers: Mapping[str, Collection[Number]]) -> set[str]:
        """Return the numbers that the texts name as whole words.

        :param numbers: key, as `number_key` gives it: how documents write it
        :return: some of the keys. Not those that go on ("INV/2025/1/2"), nor those that may be a piece of another one,
            nor those whose digits the text divides otherwise
        """
        hits = [
            Named(key, span)
            for key, written in numbers.items()
            for span in self.spans.get(key, ())
            if self._is_written(span, written)
        ]
        # What stands for the whole of a longer number does not stand for itself.
        hits = [hit for hit in hits if not self._is_piece(hit, hits)]
        unclear = {
            one
            for one in hits
            for two in hits
            if one.key != two.key and one.span != two.span and one.span.overlaps(two.span)
        }
        return {hit.key for hit in hits if hit not in unclear and self._stands_alone(hit, hits)}

    def hold(self, key: str, numbers: Collection[Number]) -> bool:
        """Tell whether the texts hold a number divided as a document has it.

        :param key: of the number
        :param numbers: how documents write it
        """
        return any(self._is_written(span, numbers) for span in self.spans.get(key, ()))

    def _is_written(self, span: Span, numbers: Collection[Number]) -> bool:
        cuts = self._get_cuts(span)
        return any(is_divided_alike(cuts, number) for number in numbers)

    def _get_cuts(self, span: Span) -> dict[int, bool]:
        """Return where a span divides digits from digits: whether blanks only do."""
        words, between = self._words[span.text], self._between[span.text]
        cuts, place = {}, 0
        for number in range(span.start, span.end - 1):
            place += len(words[number])
            if words[number][-1].isdecimal() and words[number + 1][0].isdecimal():
                cuts[place] = between[number].isspace()
        return cuts

    def _is_piece(self, hit: Named, hits: list[Named]) -> bool:
        """Tell whether a number is a piece of a longer one: without a blank between, or with words in front of it."""
        return any(
            other.span != hit.span
            and other.span.contains(hit.span)
            and (self._is_glued(other.span) or self._is_named_behind_words(hit.span, other.span))
            for other in hits
        )

    def _is_named_behind_words(self, span: Span, whole: Span) -> bool:
        """Tell whether a number is the end of another one that has words without digits in front: "Bonus 2026/10"."""
        words = self._words[span.text][whole.start : span.start]
        return span.end == whole.end and all(map(str.isalpha, words))

    def _is_glued(self, span: Span) -> bool:
        """Tell whether no blank is between the words."""
        return all(GLUE.issuperset(signs) for signs in self._between[span.text][span.start : span.end - 1])

    def _stands_alone(self, hit: Named, hits: list[Named]) -> bool:
        """Tell whether a number is no piece of something else, unless that is another number.

        What is glued to it goes on: "INV/2025/1/2", "WEB-INV/2025/1"; a dot may end a word before it. Digits alone may
        be a piece of all that has digits: a telephone number, an amount, an account, a date.
        """
        span, bare = hit.span, hit.key.isdecimal()
        words = self._words[span.text]
        if bare and is_date(words[span.start : span.end]):
            return False
        if bare and len(hit.key) < GROUPED_DIGITS and not self._is_glued(span):
            return False
        lonely = bare and not (span.end - span.start == 1 and len(hit.key) >= LONG_DIGITS)
        for place, joint in ((span.start - 1, span.start - 1), (span.end, span.end - 1)):
            neighbor = Span(span.text, place, place + 1)
            if not 0 <= place < len(words) or any(other.span.contains(neighbor) for other in hits):
                continue
            if self._goes_on(hit, place, self._between[span.text][joint], lonely):
                return False
        return True

    def _goes_on(self, hit: Named, place: int, joint: str, lonely: bool) -> bool:
        """Tell whether the word beside a number makes it a piece, or another one, of something else.

        :param place: of the word in its text
        :param joint: the signs between
        :param lonely: whether any digits beside the number may continue it
        """
        word, is_behind = self._words[hit.span.text][place], place > hit.span.start
        if joint.startswith("/") and word in TAGS and self._is_tag(hit.span.text, place):
            return False
        if word in CORRECTIONS and is_behind and GLUE.issuperset(joint):
            return True
        if word in OTHER_THINGS | OTHER_DOCUMENTS and not is_behind and joint == "-":
            return True
        # What a comma divides from a long number does not continue it.
        is_beside = len(hit.key) < GROUPED_DIGITS or GLUE.issuperset(joint.strip())
        return self._is_continued(word, joint, lonely and is_beside)

    def _is_tag(self, text: int, place: int) -> bool:
        """Tell whether a word stands between slashes."""
        between = self._between[text]
        before = between[place - 1] if place else self._texts[text][: self._texts[text].index(self._words[text][0])]
        return before.endswith("/") and place < len(between) and between[place].startswith("/")

    def _is_continued(self, word: str, joint: str, lonely: bool) -> bool:
        """Tell whether a word beside a number makes it a piece of something else.

        :param word: before or behind the number
        :param joint: the signs between
        :param lonely: whether the number is one of few digits, which any digits beside it may continue
        """
        has_digits = any(map(str.isdecimal, word))
        is_affix = has_digits or (joint != "." and len(word) <= LONGEST_AFFIX)
        return (GLUE.issuperset(joint) and is_affix) or (lonely and has_digits)

    def names_another(self, numbers: Collection[Number]) -> bool:
        """Tell whether the texts hold a number of the same series as one of these, which is none of these.

        :param numbers: all that the payment is about to settle
        """
        return any(series.holds_another(numbers) for series in self.series)

    def may_name(self, number: Number) -> bool:
        """Tell whether the texts hold a number of which the payer left something out.

        :param number: of a document
        """
        return any(series.may_name(number) for series in self.series)
