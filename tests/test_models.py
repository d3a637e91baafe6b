"""The models kept: taken in whole, published by an atomic pointer, refused when tampered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.models import ARCHIVE, Model, ModelError, ModelStore, write_whole

REPORT = {
    "content_hash": "abc",
    "training_hash": "def",
    "trained_at": "2026-11-23T00:00:00+00:00",
    "summary": {},
}


def add(store: ModelStore, version: str, archive: bytes = b"weights") -> Model:
    with store.workplace() as folder:
        built = Path(folder) / "model"
        built.mkdir()
        (built / ARCHIVE).write_bytes(archive)
        return store.add(built, version, REPORT)


def test_nothing_is_published_at_first(tmp_path: Path) -> None:
    """A new place holds no model."""
    store = ModelStore(tmp_path)
    assert store.list() == [] and store.published() is None


def test_a_published_model_is_found_again(tmp_path: Path) -> None:
    """By another process as well: the pointer is a file."""
    add(ModelStore(tmp_path), "1")
    ModelStore(tmp_path).publish("1")
    published = ModelStore(tmp_path).published()
    assert published is not None and published.version == "1"


def test_models_are_listed_oldest_first_and_found_by_content(tmp_path: Path) -> None:
    """The newest of the same content is the one to use."""
    store = ModelStore(tmp_path)
    add(store, "2")
    add(store, "1")
    assert [model.version for model in store.list()] == ["1", "2"]
    found = store.with_content("abc")
    assert found is not None and found.version == "2"
    assert store.with_content("other") is None


def test_a_model_left_half_built_is_no_model(tmp_path: Path) -> None:
    """What a crash leaves behind is never listed."""
    store = ModelStore(tmp_path)
    (tmp_path / "models" / ".building-x" / "model").mkdir(parents=True)
    (tmp_path / "models" / ".building-x" / "model" / ARCHIVE).write_bytes(b"half")
    (tmp_path / "models" / "9").mkdir()
    assert store.list() == []


def test_a_changed_archive_is_refused(tmp_path: Path) -> None:
    """Loading a model runs what is in it, so only the file that was written is loaded."""
    store = ModelStore(tmp_path)
    model = add(store, "1")
    model.archive.write_bytes(b"evil")
    with pytest.raises(ModelError) as refused:
        store.publish("1")
    assert str(refused.value) == (
        f"{model.archive}: the file is not the one that was trained. "
        f"Delete {model.folder} and run `kyr train`."
    )
    assert store.published() is None


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    """The message says how to see those that exist."""
    with pytest.raises(ModelError) as refused:
        ModelStore(tmp_path).publish("7")
    assert str(refused.value) == "There is no model '7'. `kyr models` lists those that are kept."


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failure while writing leaves the old text and nothing else."""
    path = tmp_path / "a.json"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.json", "old")]


def test_changed_thresholds_are_refused(tmp_path: Path) -> None:
    """They decide what is answered, so they are the ones that were chosen."""
    model = add(ModelStore(tmp_path), "1")
    model.thresholds.write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"thresholds\.json: the file is not the one that was trained"):
        model.verify()
