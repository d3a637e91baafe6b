"""The claims lint: what must never be said, or not alone, is found in the words that writers really use."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.content.claims import Claim, Spoken, check_claims, read_claims
from bot.problems import Problems
from bot.settings import PROJECT_ROOT
from bot.text.language import LANGUAGES

# For each claim wrong and right sentences, by language.
SENTENCES = YAML(typ="safe").load(Path(__file__).parent / "claims.yml")


def sentences(kind: str) -> list[tuple[str, str, str]]:
    return [
        (claim, language, text)
        for claim, of_claim in SENTENCES.items()
        for language in LANGUAGES
        for text in of_claim[kind][language]
    ]


@pytest.fixture(scope="module")
def claims() -> dict[str, Claim]:
    problems = Problems(PROJECT_ROOT)
    found = read_claims(PROJECT_ROOT / "data" / "claims.yml", problems)
    assert problems.found == []
    return {claim.id: claim for claim in found}


@pytest.mark.parametrize(("claim", "language", "text"), sentences("wrong"))
def test_a_forbidden_claim_is_found(claims: dict[str, Claim], claim: str, language: str, text: str) -> None:
    """In both languages, as drafts put it."""
    assert claims[claim].found_in(text, language)


@pytest.mark.parametrize(("claim", "language", "text"), sentences("right"))
def test_a_right_sentence_is_left_alone(
    claims: dict[str, Claim], claim: str, language: str, text: str
) -> None:
    """Also where its words are close to those of a forbidden one; by every claim."""
    assert [
        (one.id, one.found_in(text, language)) for one in claims.values() if one.found_in(text, language)
    ] == []


def test_every_claim_is_tested(claims: dict[str, Claim]) -> None:
    """A new one needs sentences of both kinds, in both languages."""
    assert set(SENTENCES) == set(claims)
    assert all(
        SENTENCES[claim][kind][language]
        for claim in claims
        for kind in ("wrong", "right")
        for language in LANGUAGES
    )


def test_the_wording_that_is_proposed_is_enough(claims: dict[str, Claim]) -> None:
    """Who writes what the check asks for satisfies it."""
    for claim in claims.values():
        if claim.beside is None:
            continue
        for language, add in claim.beside.add.items():
            wrong = SENTENCES[claim.id]["wrong"][language][0].rstrip(".")
            said = f"{add} {wrong}." if add.endswith(":") else f"{wrong}. {add}"
            if claim.beside.within == "sentence":
                said = said.replace(". ", ", ")
            assert claim.found_in(said, language) is None, claim.id


def test_a_not_in_another_sentence_does_not_help(claims: dict[str, Claim]) -> None:
    """Each sentence stands for itself."""
    assert claims["run_hide_resist"].found_in("Do not open. Run away.", "en")
    assert claims["run_hide_resist"].found_in("No abra:\n\n1. Corra", "es")


@pytest.mark.parametrize(
    ("within", "beside"),
    [
        ("ice_phone", "ICE: 213-830-7911.\n\nLet a citizen or a lawyer call."),
        ("ice_phone", "- ICE: 213-830-7911.\n- Let a citizen or a lawyer call."),
        ("say_only_if_true", "Is it true? Say it only if it is true.\n\n> I am a U.S. citizen."),
        (
            "el_salvador_tps",
            "TPS for El Salvador is in doubt.\n---\nOn 3 October 2026 it had not been ended.",
        ),
    ],
)
def test_what_stands_further_away_is_not_beside(claims: dict[str, Claim], within: str, beside: str) -> None:
    """Another paragraph, another item of a list, another sentence, the part behind `---`."""
    assert claims[within].found_in(beside, "en")


def test_both_parts_of_an_answer_are_one_text(claims: dict[str, Claim]) -> None:
    """What may stand anywhere in the text may stand behind `---` too."""
    answer = "Ask a judge for a bond hearing.\n\n---\n\nWhere the person is held decides."
    assert claims["bond_depends_on_the_place"].found_in(answer, "en") is None


def test_words_to_say_aloud_are_english_in_both_languages(claims: dict[str, Claim]) -> None:
    """So the English patterns look at Spanish texts too."""
    assert claims["say_only_if_true"].found_in("Diga:\n\n> I was born here.", "es") == "I was born here"


def test_the_check_says_what_to_do(claims: dict[str, Claim]) -> None:
    """What must be left out, and what must be added, in the language of the text."""
    problems = Problems(PROJECT_ROOT)
    said = [Spoken(PROJECT_ROOT / "domain.yml", "es", text) for text in ("Corra.", "ICE: 213-830-7911.")]
    check_claims([claims["run_hide_resist"], claims["ice_phone"]], said, problems)
    assert [str(problem) for problem in problems.found] == [
        "domain.yml:1: “Corra” must not be said (run_hide_resist): Running, hiding or resisting can bring "
        "harm and charges. Say it another way, or leave it out.",
        "domain.yml:1: “213-830-7911” must not stand alone (ice_phone): Who answers is ICE; a person without "
        "papers who calls tells ICE who and where they are. Write in the same paragraph: “Es ICE: que llame "
        "un ciudadano, un abogado o el consulado. No dé su propio nombre, estatus ni dirección.”.",
    ]
