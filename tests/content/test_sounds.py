"""The sounds of the sentences that a phone says to agents: named by their words, recordings first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content.checks import check_content, read_parts
from bot.content.reading import Content
from bot.content.responses import SENTENCES, Responses
from bot.content.sounds import (
    MOST_BYTES,
    RECORDED,
    SOUNDS,
    SYNTHETIC,
    SoundError,
    make_sounds,
    read_sounds,
    sound_name,
)
from bot.settings import PROJECT_ROOT
from bot.training.model_inputs import content_hash


@pytest.fixture
def project_responses(project_content: Content) -> Responses:
    return project_content.conversation


def test_each_sentence_has_a_small_sound_that_a_computer_made(project_responses: Responses) -> None:
    """Under 20 KB each, as MP3, which phones of 2018 play; all are on Debian's own voice."""
    sounds = read_sounds(PROJECT_ROOT)
    for sentence in SENTENCES:
        sound = sounds[sound_name(project_responses.responses[sentence]["en"])]
        assert sound.content_type == "audio/mpeg" and sound.path.stat().st_size < 20_000
        assert sound.path.read_bytes()[:2] == b"\xff\xf3", "an MPEG 2 layer III frame comes first"


def test_a_recording_goes_before_the_synthetic_sound_of_its_name(tmp_path: Path) -> None:
    """A file in the folder of recordings is enough, whatever a phone made it as."""
    for folder, ending in ((SYNTHETIC, "mp3"), (RECORDED, "m4a")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / f"i-need-an-interpreter.{ending}").write_bytes(b"sound")
    (tmp_path / SYNTHETIC / "i-want-to-remain-silent.mp3").write_bytes(b"sound")
    sounds = read_sounds(tmp_path)
    assert {name: sound.synthetic for name, sound in sounds.items()} == {
        "i-need-an-interpreter": False,
        "i-want-to-remain-silent": True,
    }
    assert sounds["i-need-an-interpreter"].content_type == "audio/mp4"


def test_the_command_makes_a_sound_of_every_sentence_and_leaves_no_other(
    tmp_path: Path, project_responses: Responses
) -> None:
    """By the words as they stand now; recordings stay."""
    if not (shutil.which("espeak-ng") and shutil.which("lame")):
        pytest.skip("espeak-ng and lame are not installed")
    for folder in (SYNTHETIC, RECORDED):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "what-was-said-before.mp3").write_bytes(b"sound")
    made = make_sounds(tmp_path, project_responses)
    assert sorted(path.name for path in made) == sorted(
        path.name for path in (PROJECT_ROOT / SYNTHETIC).iterdir()
    )
    assert sorted((tmp_path / SYNTHETIC).iterdir()) == sorted(made)
    assert (tmp_path / RECORDED / "what-was-said-before.mp3").exists()


def test_without_the_program_the_command_says_what_to_install(
    tmp_path: Path, project_responses: Responses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves the sounds that are there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SoundError, match=r"espeak-ng is not there\. On Debian: apt-get install espeak-ng lame"
    ):
        make_sounds(tmp_path, project_responses)
    assert not (tmp_path / SOUNDS).exists()


def test_the_check_names_what_cannot_be_heard_and_what_says_nothing(content_copy: Path) -> None:
    """A sentence that was changed, a file of no sentence or another kind, one that is too large."""
    recorded = content_copy / RECORDED
    recorded.mkdir(parents=True)
    for number, sentence in enumerate(SENTENCES):
        responses = read_parts(content_copy).conversation
        assert responses is not None
        if number:
            (recorded / f"{sound_name(responses.responses[sentence]['en'])}.mp3").write_bytes(b"sound")
    (recorded / "hello.mp3").write_bytes(b"sound")
    (recorded / "english-say-lawyer.mp3").write_bytes(b"0" * (MOST_BYTES + 1))
    found = [str(problem) for problem in check_content(content_copy)]
    expected = (
        "english-say-lawyer.mp3 is larger than 100 KB",
        "hello.mp3 says none of the sentences",
        "`utter_say_no_entry` cannot be heard: data/sounds has no english-say-no-entry",
    )
    assert len(found) == len(expected)
    for problem, said in zip(found, expected, strict=True):
        assert said in problem


def test_a_recording_needs_no_training(content_copy: Path) -> None:
    """The model is made of the words alone."""
    before = content_hash(content_copy)
    (content_copy / RECORDED).mkdir(parents=True)
    (content_copy / RECORDED / "english-say-lawyer.mp3").write_bytes(b"sound")
    assert content_hash(content_copy) == before
