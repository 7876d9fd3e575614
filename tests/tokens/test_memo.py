"""The memory of counts stays within its bound and keeps what is used."""

from kinos.tokens.memo import ENTRY, Memo


def test_it_never_holds_more_than_its_limit() -> None:
    memo = Memo(200 * ENTRY)
    for number in range(10_000):
        memo.put(f"{number:05}", number)
    assert 0 < len(memo) <= 200


def test_what_is_used_survives_what_is_not() -> None:
    memo = Memo(40 * (ENTRY + 60))
    memo.put("kept", 7)
    for number in range(1000):
        memo.put(f"{number:04}", number)
        assert memo.get("kept") == 7
    assert memo.get("0000") is None


def test_a_text_larger_than_half_of_it_is_not_kept() -> None:
    memo = Memo(10_000)
    memo.put("small", 1)
    memo.put("x" * 5_001, 2)
    assert memo.get("x" * 5_001) is None
    assert memo.get("small") == 1
