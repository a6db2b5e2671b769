"""How alike two documents' names are, and when likeness may not count: other kind, a word that tells, a digit."""

from __future__ import annotations

import re
from functools import cache

from catalogue.material_names import head_of, shipped

_CODE = re.compile(r"[0-9a-z]")


def likeness(a: str, b: str) -> tuple[float, str] | None:
    """How alike two documents' names are, 0 to 1, and the rule that it may come under; None: never the same.

    `swap`: two characters changed places. `words`: a Latin name's words in another order. `typo`: one character
    written wrong, left out or doubled. `similar`: the one is the other with one more character; `added`: with two.
    `short`: the one is the other's short form, or has only words more that seldom tell. Else `context`: alike, no more.
    Names of different kinds, or told apart by a word that tells (`data/materials.toml`, `[kinds]`), are never the same;
    nor are names that differ in a digit or a Latin letter, save one slip in a long word.

    >>> likeness("户籍证明", "户口簿"), likeness("购房合同", "租房合同"), likeness("qzx81", "qzx82")
    (None, None, None)
    >>> likeness("水土保持方案", "水土保特方案")[1], likeness("施工图纸", "施工图纸册")
    ('typo', None)
    """
    from rapidfuzz import fuzz
    from rapidfuzz.distance import OSA, Levenshtein

    slips = OSA.distance(a, b)
    least = 6 if _CODE.search(a + b) else 4
    if slips == 1 and len(a) == len(b) >= least and sorted(a) == sorted(b) and not re.search(r"\d", a + b):
        return 1 - 1 / len(a), "swap"
    score = fuzz.ratio(a, b) / 100
    latin = _CODE.search(a + b) is not None
    if latin and words_of(a) == words_of(b) and len(words_of(a)) > 1:
        return 0.95, "words"
    if latin:
        long_words = min(len(a), len(b)) >= 8 and not re.search(r"\d", a + b) and a.isascii() and b.isascii()
        return (score, "typo") if slips == 1 and long_words else None
    if _short_form(a, b):
        return max(score, 0.7), "short"
    if _told_apart(a, b, slips):
        return None
    if slips == 1 and {len(a), len(b)} == {2, 3}:
        return 0.6, "typo"
    if slips == 1 and min(len(a), len(b)) >= 3 and len(a) == len(b):
        return max(score, 1 - 1 / len(a)), "typo"
    if head_of(a) != head_of(b):
        swapped = slips == 1 and abs(len(a) - len(b)) == 1 and min(len(a), len(b)) >= 4
        return (score, "typo") if swapped and _doubled(a, b) else None
    ops = [op for op in Levenshtein.opcodes(a, b) if op.tag != "equal"]
    added = all(op.tag == "insert" for op in ops) or all(op.tag == "delete" for op in ops)
    if slips == 1 and min(len(a), len(b)) >= 3:
        return max(score, 1 - 1 / max(len(a), len(b))), "typo" if _doubled(a, b) or min(
            len(a), len(b)
        ) < 4 else "similar"
    if added and abs(len(a) - len(b)) <= 2 and score >= 0.8 and min(len(a), len(b)) >= 4:
        return score, "added"
    return (score, "context") if score >= 0.65 or added else None


def words_of(name: str) -> list[str]:
    """The words of a Latin name in any order: `certificate of incorporation` is the `incorporation certificate`."""
    return sorted(set(re.findall(r"[a-z0-9']+", name)) - {"of", "the", "for", "a", "an"}) if name.isascii() else []


def _told_apart(a: str, b: str, slips: int) -> bool:
    """Whether a word that tells stands in one of the names only.

    A single slip may spoil such a word: then it tells only if it is one character, or the other name has its own.
    """
    words = shipped()["kinds"]["telling"]
    mine = {word for word in words if word in a and word not in b}
    theirs = {word for word in words if word in b and word not in a}
    if slips > 1:
        return bool(mine or theirs)
    return any(len(word) == 1 for word in mine | theirs) or bool(mine and theirs)


def _short_form(a: str, b: str) -> bool:
    """Whether the one says the other more shortly.

    By the first characters of its words (`社保卡`: `社会保障卡`), by another word of its kind at the end (`户口本`:
    `户口簿`), or without words that seldom tell (`营业执照`: `企业法人营业执照`).
    """
    short, long = sorted((a, b), key=len)
    if any(_abbreviates(short, long, tail) for tail in range(1, len(short) - 1)):
        return True
    if any(a.endswith(x) and b.endswith(y) and a.removesuffix(x) == b.removesuffix(y) for x, y in _same_ends()):
        return True
    return len(short) >= 3 and long.endswith(short) and bool(_weak().fullmatch(long[: -len(short)]))


def _abbreviates(short: str, long: str, tail: int) -> bool:
    """Whether the shorter has, before `tail` characters that are the same, only first characters of the longer's words.

    Words are taken to be of two characters, as most are; the first and the last must be there (`环评批复文件` is no
    `环评文件`).
    """
    start, whole = short[:-tail], long[:-tail]
    firsts = iter(whole[::2])
    alike = (
        short[-tail:] == long[-tail:]
        and start[0] + start[-1] == whole[0] + whole[-2:-1]
        and len(whole) >= 2 * len(start)
    )
    return alike and len(start) >= 2 and len(whole) % 2 == 0 and all(letter in firsts for letter in start)


@cache
def _same_ends() -> tuple[tuple[str, str], ...]:
    """Pairs of last words of one kind, either of which may be written for the other."""
    kinds = shipped()["kinds"]
    lines = [[word for word in line if word not in kinds["either"]] for line in kinds["heads"]]
    return tuple((x, y) for line in lines for x in line for y in line if x != y)


@cache
def _weak() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(shipped()['words']['weak'], key=len, reverse=True))})+")


def _doubled(a: str, b: str) -> bool:
    """Whether the longer is the shorter with one character written twice."""
    longer, shorter = sorted((a, b), key=len, reverse=True)
    return any(longer[:i] + longer[i + 1 :] == shorter and longer[i] == longer[i - 1] for i in range(1, len(longer)))
