"""The sentences that a phone says to agents: their words, the files in which they are heard, and their check.

The name of a file is its words, so that none can say anything else than what is shown: where a sentence of
domain.yml changes, its old file is used no more.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.responses import SENTENCES, Responses
from bot.errors import KyrError
from bot.files.atomic import write_whole
from bot.files.yaml_reading import line_of
from bot.messages import Message
from bot.problems import Problems
from bot.text.language import fold

SOUNDS = Path("data") / "sounds"
# What people have spoken goes before what the computer has.
RECORDED = SOUNDS / "recorded"
SYNTHETIC = SOUNDS / "synthetic"
# What phones of 2018 play, Safari too, and what phones record.
TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4"}
# Kept on phones that pay for every megabyte.
MOST_BYTES = 100_000
# Slower than the voice's own 175 words a minute: it has to be understood through a door.
_VOICE = ("espeak-ng", "-v", "en-us", "-s", "135", "-a", "150")
_ENCODER = ("lame", "--quiet", "-m", "m", "-b", "32")


@dataclass(frozen=True)
class Sound:
    """A file in which a sentence is heard, and whether a computer speaks it."""

    path: Path
    synthetic: bool

    @property
    def content_type(self) -> str:
        """What browsers are told that it is."""
        return TYPES[self.path.suffix]


def sound_name(words: str) -> str:
    """Return what the file for some words is called, without its ending."""
    return fold(words).replace("'", "").replace(" ", "-")


def read_sounds(root: Path) -> dict[str, Sound]:
    """Return the sounds under `root` by their names, a recorded one before a synthetic one."""
    found: dict[str, Sound] = {}
    for folder in (SYNTHETIC, RECORDED):
        for path in _files(root / folder):
            if path.suffix in TYPES:
                found[path.stem] = Sound(path, folder == SYNTHETIC)
    return found


def make_sounds(root: Path, responses: Responses) -> list[Path]:
    """Let espeak-ng say every sentence, and return the files, which replace those that were there.

    Raises SoundError where a program is missing or fails.
    """
    made = []
    for sentence in SENTENCES:
        words = responses.responses[sentence]["en"]
        path = root / SYNTHETIC / f"{sound_name(words)}.mp3"
        write_whole(path, make_sound(words))
        path.chmod(0o644)
        made.append(path)
    for path in _files(root / SYNTHETIC):
        if path not in made:
            path.unlink()
    return made


def make_sound(words: str) -> bytes:
    """Let espeak-ng say some words, and return them as MP3; raises SoundError as `make_sounds` does."""
    with tempfile.TemporaryDirectory() as folder:
        spoken, encoded = Path(folder) / "spoken.wav", Path(folder) / "encoded.mp3"
        _run(*_VOICE, "-w", str(spoken), words)
        _run(*_ENCODER, str(spoken), str(encoded))
        return encoded.read_bytes()


def check_sounds(root: Path, responses: Responses, problems: Problems) -> None:
    """Note sentences that cannot be heard, and files that say none of them or are too large."""
    if not (root / SOUNDS).is_dir():
        return  # then the sentences are only shown
    domain = root / "domain.yml"
    sounds = read_sounds(root)
    names = {}
    for sentence in SENTENCES:
        name = sound_name(responses.responses.get(sentence, {}).get("en", ""))
        names[name] = sentence
        if name and name not in sounds:
            line = line_of(problems.documents[domain]["responses"], sentence)
            problems.add(domain, line, "sound_missing", sentence=sentence, name=name)
    for path in (path for folder in (SYNTHETIC, RECORDED) for path in _files(root / folder)):
        if path.suffix not in TYPES or path.stem not in names:
            told = ", ".join(sorted(names))
            problems.add(path, 1, "sound_of_nothing", name=path.name, names=told, types=" ".join(TYPES))
        elif path.stat().st_size > MOST_BYTES:
            problems.add(path, 1, "sound_too_large", name=path.name, most=MOST_BYTES // 1000)


class SoundError(KyrError):
    """A sound that cannot be made; says which program it needs."""


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*")) if path.name != "README.md")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 # our own programs and texts
    except FileNotFoundError:
        raise SoundError(Message("sound_program_missing", program=command[0])) from None
    except subprocess.CalledProcessError as error:
        raise SoundError(
            Message("sound_program_failed", program=command[0], said=error.stderr.decode(errors="replace"))
        ) from None
