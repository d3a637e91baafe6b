"""The claims lint: what must never be said is found in the words that writers really use."""

from __future__ import annotations

import pytest

from bot.claims import Claim, read_claims
from bot.problems import Problems
from bot.settings import PROJECT_ROOT

SAID = [
    ("ice_cannot_enter", "en", "Without a judge, ICE can't come into your home."),
    ("ice_cannot_enter", "en", "Agents are never allowed to enter a school."),
    ("ice_cannot_enter", "es", "La migra no puede entrar sin orden."),
    ("ice_cannot_enter", "es", "ICE jamás entrará a su casa."),
    ("you_are_safe", "en", "In Huntington Park you are safe."),
    ("you_are_safe", "en", "The church is a safe place."),
    ("you_are_safe", "es", "Aquí usted está a salvo."),
    ("you_are_safe", "es", "No se preocupe: no le va a pasar nada."),
    ("police_will_stop_ice", "en", "Call us and the police will stop ICE."),
    ("police_will_stop_ice", "es", "La policía nunca coopera con ICE."),
    ("promise_of_outcome", "en", "With a lawyer you will win your case."),
    ("promise_of_outcome", "en", "You can't be deported with a pending case."),
    ("promise_of_outcome", "es", "Con este papel no lo pueden deportar."),
    ("lie_or_false_papers", "en", "Just say you are a citizen."),
    ("lie_or_false_papers", "es", "Diga que nació aquí."),
    ("run_hide_resist", "en", "If you see them, run away."),
    ("run_hide_resist", "es", "Si los ve, corra o escóndase."),
    ("masks_and_id", "en", "In California masks are banned."),
    ("masks_and_id", "es", "Los agentes tienen que identificarse."),
    ("current_officials", "en", "As Mayor Flores said."),
    ("current_officials", "es", "La secretaria Noem vino a la ciudad."),
    ("skip_court", "en", "You may skip your hearing."),
    ("skip_court", "es", "Mejor no vaya a la corte."),
    ("sign_it", "en", "It is fine to sign."),
    ("sign_it", "es", "La salida voluntaria es mejor."),
    ("bond_certain", "en", "Everyone gets a bond hearing."),
    ("bond_certain", "es", "Usted tiene derecho a una fianza."),
    ("drop_benefits", "en", "Cancel your Medi-Cal today."),
    ("drop_benefits", "es", "Deje de usar CalFresh."),
    ("do_not_call_911", "en", "Do not call the police."),
    ("do_not_call_911", "es", "No llame al 911."),
    ("hp_contigo", "es", "Pida ayuda a HP Contigo."),
]


@pytest.fixture(scope="module")
def claims() -> dict[str, Claim]:
    problems = Problems(PROJECT_ROOT)
    found = read_claims(PROJECT_ROOT / "data" / "claims.yml", problems)
    assert problems.found == []
    return {claim.id: claim for claim in found}


@pytest.mark.parametrize(("claim", "language", "text"), SAID, ids=[text for _, _, text in SAID])
def test_a_forbidden_claim_is_found(claims: dict[str, Claim], claim: str, language: str, text: str) -> None:
    """In both languages, as drafts put it."""
    assert claims[claim].found_in(text, language)


def test_every_claim_is_tested(claims: dict[str, Claim]) -> None:
    """A new one needs a sentence above."""
    assert {claim for claim, _, _ in SAID} == set(claims)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Do not run, hide or resist."),
        ("en", "Never lie or use false papers."),
        ("en", "Nobody can promise that you will win your case."),
        ("en", "This does not mean that you are safe."),
        ("en", "You do not have to open the door."),
        ("en", "Do not skip your hearing."),
        ("en", "In danger, call 911."),
        ("es", "No corra, no mienta ni use papeles falsos."),
        ("es", "Nadie puede decir que usted está a salvo."),
        ("es", "No falte a la corte."),
        ("es", "No tiene que abrir la puerta."),
        ("es", "Nunca diga que es ciudadano si no lo es."),
    ],
)
def test_good_advice_is_left_alone(claims: dict[str, Claim], language: str, text: str) -> None:
    """A "not" before the words, in the same sentence, makes them harmless."""
    assert [claim.id for claim in claims.values() if claim.found_in(text, language)] == []


def test_a_not_in_another_sentence_does_not_help(claims: dict[str, Claim]) -> None:
    """Each sentence stands for itself."""
    assert claims["run_hide_resist"].found_in("Do not open. Run away.", "en")
    assert claims["run_hide_resist"].found_in("No abra:\n\n1. Corra", "es")
