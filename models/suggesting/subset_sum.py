"""Which of some amounts make up a sum: without a database, in whole cents."""

from itertools import combinations

# Two halves of this many are 512 sums each; more amounts make up almost any sum, by chance.
MOST = 18


def find_only_subset(amounts, total, least=2):
    """Return which amounts make up a sum, when there is one way only.

    :param list amounts: int, in the smallest unit of the currency
    :param int total: the sum
    :param int least: how many amounts it takes at least
    :return tuple | None: their places; None when there is no way, more than one, or too many amounts to tell
    """
    if not least <= len(amounts) <= MOST:
        return None
    half = len(amounts) // 2
    ways = {}
    for places in _get_subsets(range(half)):
        ways.setdefault(sum(amounts[place] for place in places), []).append(places)
    found = None
    for places in _get_subsets(range(half, len(amounts))):
        for others in ways.get(total - sum(amounts[place] for place in places), ()):
            if len(others) + len(places) < least:
                continue
            if found is not None:
                return None
            found = others + places
    return found


def _get_subsets(places):
    for size in range(len(places) + 1):
        yield from combinations(places, size)
