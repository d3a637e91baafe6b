"""The models kept: taken in whole, published by an atomic pointer, refused when tampered with."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.files.atomic import write_whole
from bot.training.models import ARCHIVE, Model, ModelError, ModelStore

REPORT = {"content_hash": "abc", "training_hash": "def", "summary": {}}


def add(store: ModelStore, version: str, archive: bytes = b"weights") -> Model:
    with store.workplace() as folder:
        built = folder / "model"
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
        f"{model.archive}: the file is not the one that was made. "
        f"Delete {model.folder} and make a new version (`kyr train`)."
    )
    assert store.published() is None


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    """The message says how to see those that exist."""
    with pytest.raises(ModelError) as refused:
        ModelStore(tmp_path).publish("7")
    assert str(refused.value) == "There is no version '7'. `kyr models` lists those that are kept."


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
    with pytest.raises(ModelError, match=r"thresholds\.json: the file is not the one that was made"):
        model.verify()


def test_a_file_of_the_content_that_was_changed_or_added_is_refused(tmp_path: Path) -> None:
    """Residents are told what stands there."""
    model = add(ModelStore(tmp_path), "1")
    (model.folder / "content").mkdir()
    (model.folder / "content" / "more.yml").write_text("more")
    with pytest.raises(ModelError, match=r"content/more\.yml: the file is not the one that was made"):
        model.verify()


def test_five_models_are_kept_and_among_them_those_that_are_needed(tmp_path: Path) -> None:
    """The published one and the one before it stay however old they are."""
    store = ModelStore(tmp_path)
    for version in "1234567":
        add(store, version)
    store.publish("1")
    assert [model.version for model in store.list()] == ["1", "4", "5", "6", "7"]
    add(store, "8")
    store.publish("4")
    assert [model.version for model in store.list()] == ["1", "4", "6", "7", "8"]
    previous = store.previous()
    assert previous is not None and previous.version == "1"


def test_publishing_the_published_model_again_forgets_nothing(tmp_path: Path) -> None:
    """The way back is still there."""
    store = ModelStore(tmp_path)
    for version in "12":
        add(store, version)
        store.publish(version)
    store.publish("2")
    previous = store.previous()
    assert previous is not None and previous.version == "1"


def test_one_at_a_time_builds_a_model(tmp_path: Path) -> None:
    """A second one is told so, and does not take the first one's folder away."""
    with ModelStore(tmp_path).workplace() as folder:
        with (
            pytest.raises(ModelError, match="A new version is being made already"),
            ModelStore(tmp_path).workplace(),
        ):
            pass
        assert folder.is_dir()


def test_a_model_that_only_says_other_things_is_built_during_a_training(tmp_path: Path) -> None:
    """Neither takes away the folder of the other, whichever begins first."""
    with ModelStore(tmp_path).workplace() as learning:
        with ModelStore(tmp_path).workplace(learning=False) as telling:
            with ModelStore(tmp_path).workplace(learning=False) as another:
                assert len({learning, telling, another}) == 3
            assert learning.is_dir() and telling.is_dir() and not another.exists()
        assert learning.is_dir()
    with ModelStore(tmp_path).workplace(learning=False) as telling, ModelStore(tmp_path).workplace():
        assert telling.is_dir()
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_two_who_change_what_is_published_come_one_after_the_other(tmp_path: Path) -> None:
    """The second one builds on what the first one has published."""
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        with ModelStore(tmp_path).publishing(waits.set):
            order.append("second")

    with ModelStore(tmp_path).publishing(lambda: pytest.fail("nobody else is there")):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_what_a_killed_training_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """The disk does not fill up with halves."""
    left = tmp_path / "models" / ".building-x" / "model"
    left.mkdir(parents=True)
    with ModelStore(tmp_path).workplace():
        assert not left.exists()
