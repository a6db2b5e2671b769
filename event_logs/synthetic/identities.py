"""Names and numbers of people, firms and officers: invented, with valid check digits."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "志强",
    "秀英",
    "海燕",
    "建华",
    "晓燕",
    "子涵",
    "浩然",
    "雨桐",
    "欣怡",
    "梓轩",
    "俊杰",
    "国栋",
    "嘉怡",
)
FIRMS = ("启明", "天和", "鼎盛", "联创", "智远", "信达", "远航", "恒业", "博瑞", "华信", "金桥", "众合")
TRADES = (
    "科技有限公司",
    "信息技术有限公司",
    "建筑工程有限公司",
    "供应链有限公司",
    "生物医药有限公司",
    "餐饮管理有限公司",
    "贸易有限公司",
)
FOREIGN = (
    "JOHN SMITH",
    "ANNA MULLER",
    "PIERRE DUBOIS",
    "MARIA ROSSI",
    "KENJI SATO",
    "LUCAS SILVA",
    "EMMA BROWN",
    "OLGA IVANOVA",
)
WESTERN = (
    "Adams",
    "Baker",
    "Clark",
    "Dixon",
    "Evans",
    "Foster",
    "Grant",
    "Harris",
    "Irwin",
    "Jones",
    "Knight",
    "Lewis",
)
FORENAMES = ("Alice", "Brian", "Carol", "David", "Ellen", "Frank", "Grace", "Henry", "Irene", "James", "Karen", "Liam")

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def identity_card(rng: np.random.Generator, area: str = "990101") -> str:
    """An 18-digit identity number (GB 11643) of an area that does not exist.

    >>> number = identity_card(np.random.default_rng(1))
    >>> len(number), id_check(number[:17]) == number[17]
    (18, True)
    """
    born = date(1955, 1, 1) + timedelta(days=int(rng.integers(0, 365 * 44)))
    body = f"{area}{born:%Y%m%d}{int(rng.integers(1, 999)):03d}"
    return body + id_check(body)


def id_check(body: str) -> str:
    """The check character of the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, ID_WEIGHTS, strict=True)) % 11]


def short_identity(number: str) -> str:
    """The 15-digit form of an 18-digit identity number; itself where the century would be lost."""
    return number[:6] + number[8:17] if number[6:8] == "19" else number


def credit_code(rng: np.random.Generator, area: str = "990101") -> str:
    """A unified social credit code (GB 32100) with the organisation code (GB 11714) inside it.

    >>> len(credit_code(np.random.default_rng(1)))
    18
    """
    org = "".join(USCC_ALPHABET[int(rng.integers(0, 10 if i else 9))] for i in range(8))
    check = 11 - sum(USCC_ALPHABET.index(c) * w for c, w in zip(org, ORG_WEIGHTS, strict=True)) % 11
    # A check character X (10) is legal, and 11 is written 0.
    org += "0" if check == 11 else "X" if check == 10 else str(check)
    body = f"91{area}{org}"
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True)) % 31
    return body + USCC_ALPHABET[(31 - total) % 31]


def person_name(rng: np.random.Generator, language: str) -> str:
    """A full name."""
    if language == "en":
        return f"{FORENAMES[int(rng.integers(len(FORENAMES)))]} {WESTERN[int(rng.integers(len(WESTERN)))]}"
    return SURNAMES[int(rng.integers(len(SURNAMES)))] + GIVEN[int(rng.integers(len(GIVEN)))]


def applicant_name(rng: np.random.Generator, kind: str, city: str, language: str) -> str:
    """A pseudonym: a name and six digits, told apart without saying who it is."""
    digits = f"{int(rng.integers(0, 1_000_000)):06d}"
    if kind == "firm":
        if language == "en":
            return f"{WESTERN[int(rng.integers(len(WESTERN)))]} {digits} Ltd"
        return f"{city}{FIRMS[int(rng.integers(len(FIRMS)))]}{digits}{TRADES[int(rng.integers(len(TRADES)))]}"
    if kind == "foreigner":
        return f"{FOREIGN[int(rng.integers(len(FOREIGN)))]} E{digits}"
    name = person_name(rng, language)
    child = {"zh": "之子", "en": "'s child "}[language] if kind == "child" else ("" if language == "zh" else " ")
    return f"{name}{child}{digits}"
