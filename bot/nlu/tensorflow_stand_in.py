"""What Rasa finds where it imports TensorFlow, which is not installed.

Rasa 3.6.21 imports TensorFlow with its first import, for components that are not in config.yml (DIET, TED,
ResponseSelector, UnexpecTEDIntentPolicy, the featurizers of language models): 1.4 GB on the disk, 300 MB of
memory in each process and seconds of each start, for nothing that runs here. While these modules are
imported TensorFlow is only named: classes are derived from its own, types and defaults are written with its
names, functions are decorated. That is all that the stand-in can do. Whoever uses one of its names gets a
StandInError that says so.

It is safe because Rasa's last release is pinned, no other is to come, and a test imports every module of it
with the stand-in. A TensorFlow that is installed is never hidden.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

# What the modules of Rasa import at their top, by the first part of their names.
STOOD_IN_FOR = ("keras", "tensorflow", "tensorflow_hub", "tensorflow_text")


class StandInError(ImportError):
    """Something of TensorFlow was to be used; the text says what."""


class _Name(type):
    """The class of all that the stand-in gives: a class, too, with every name below it again."""

    def __getattr__(cls, name: str) -> _Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return _name(f"{cls.__name__}.{name}")

    def __getitem__(cls, of: object) -> _Name:
        return cls

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if not named and len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]  # a decorator
        raise StandInError(
            f"{cls.__name__} needs TensorFlow, which is not installed. What needs it can be used in the "
            "environment of bench/stock."
        )


def _name(name: str) -> _Name:
    return _Name(name, (), {})


class _StandIn(ModuleType):
    """A module in which every name is there."""

    def __getattr__(self, name: str) -> _Name:
        if name.startswith("__"):
            raise AttributeError(name)
        return _name(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for each module of TensorFlow."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in STOOD_IN_FOR:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    """Put it where imports look last, once in a process."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
