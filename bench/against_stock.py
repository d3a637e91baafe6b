"""Our server against Rasa as `rasa init` sets it up: `uv run python -m bench.against_stock [N]`.

Stock Rasa runs with TensorFlow, in the environment of bench/stock (`uv sync --project bench/stock`). Both are
trained in turn on the same questions, N (by default 10) of each label and language: all of
them would keep DIET busy for hours. Then both are started, asked the evaluation questions, and sent
messages at concurrency 1, 10 and 50. Takes about half an hour on two cores.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from aiohttp import ClientSession, TCPConnector
from ruamel.yaml import YAML

from bench.chat import CONCURRENCIES, sender, texts
from bench.held_out import held_out_figures
from bench.load import Send, load, mebibytes
from bot.answering.decision import OUT_OF_SCOPE, TOPIC_PREFIX, Understanding
from bot.content.paths import conversation_files
from bot.content.reading import read_content
from bot.serving.processes import LOOPBACK, RASA_COMMAND, Child, free_port
from bot.settings import PROJECT_ROOT
from bot.training.evaluation import EVALUATION, Question, read_questions
from bot.training.models import ModelStore
from bot.training.thresholds import EvaluatedQuestion
from bot.training.train import EVALUATION_QUESTIONS, parse, train

STOCK = Path(__file__).parent / "stock"
_STOCK_PYTHON = str(STOCK / ".venv" / "bin" / "python")
# Intents of ours whose answer is a custom action or a form; stock Rasa answers them with a text.
_STOCK_ANSWER = "utter_what_can_you_do"


def sample(root: Path, per_label: int) -> None:
    """Keep so many training questions of each label and language in a copy of the content."""
    chance = random.Random(0)  # noqa: S311 - which questions are kept, the same in every run
    for path in [*sorted((root / "data" / "faq").glob("*.yml")), *conversation_files(root)]:
        kept = []
        for block in re.split(r"(?<=examples: \|\n)", path.read_text(encoding="utf-8")):
            lines = block.splitlines(keepends=True)
            questions = [line for line in lines if line.startswith("    - ")]
            chosen = set(chance.sample(questions, min(per_label, len(questions))))
            kept += [line for line in lines if not line.startswith("    - ") or line in chosen]
        path.write_text("".join(kept), encoding="utf-8")


def write_stock_project(content: Path, root: Path) -> None:
    """Put a stock project on the same questions and answers together."""
    yaml = YAML(typ="safe")
    shutil.copytree(content / "data" / "faq", root / "data" / "faq")
    (root / "data" / "nlu").mkdir()
    files = conversation_files(content)
    for file in files:
        shutil.copyfile(file, root / "data" / "nlu" / file.name)
    shutil.copyfile(STOCK / "config.yml", root / "config.yml")
    intents = sorted(file.stem for file in files)
    domain = yaml.load((content / "domain.yml").read_text(encoding="utf-8"))
    language = {key: value for key, value in domain["slots"]["language"].items() if key != "mappings"}
    responses = domain["responses"]
    rules = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": action}]}
        for intent in intents
        for action in [f"utter_{intent}" if f"utter_{intent}" in responses else _STOCK_ANSWER]
    ]
    rules.append({"rule": "faq", "steps": [{"intent": "faq"}, {"action": "utter_faq"}]})
    talk = [step for name in ("greet", "thanks") for step in ({"intent": name}, {"action": f"utter_{name}"})]
    documents = {
        "domain.yml": {
            "intents": ["faq", *intents],
            "slots": {"language": {**language, "mappings": [{"type": "custom"}]}},
            "responses": responses,
        },
        "data/rules.yml": {"rules": rules},
        "data/stories.yml": {"stories": [{"story": "a talk", "steps": talk}]},
    }
    for name, document in documents.items():
        with (root / name).open("w", encoding="utf-8") as file:
            yaml.dump({"version": "3.1", **document}, file)


def train_stock(root: Path) -> tuple[float, float]:
    """Train the stock project; return the seconds it takes and its greatest resident memory in MiB."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [_STOCK_PYTHON, "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", "stock", "--quiet"],
        cwd=root,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    most = 0.0
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            most = max(most, mebibytes(process.pid))
        time.sleep(1)
    if process.returncode:
        raise SystemExit("Rasa could not train the stock project. Run `rasa train` there to see why.")
    return time.monotonic() - began, most


def rest(session: ClientSession, url: str) -> Send:
    """Return how a message is sent to Rasa's own REST channel, each from a person of its own."""
    started = time.monotonic()

    async def send(text: str, number: int) -> bool:
        body = {"sender": f"{started}-{number}", "message": text}
        async with session.post(f"{url}/webhooks/rest/webhook", json=body) as response:
            return response.status == 200

    return send


@contextlib.asynccontextmanager
async def running(child: Child) -> AsyncIterator[float]:
    """Run a child process; yield the seconds that it took to start."""
    began = time.monotonic()
    await child.start()
    try:
        yield time.monotonic() - began
    finally:
        await child.stop()


def stock_rasa(model: Path) -> Child:
    """Return Rasa for the stock model, without our action server and tracker store."""
    port = free_port()
    endpoints = model.with_name("no-endpoints.yml")
    endpoints.touch()
    arguments = ["-m", "rasa", "run", "--model", str(model), "--endpoints", str(endpoints), "--enable-api"]
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "ERROR", "TF_CPP_MIN_LOG_LEVEL": "3"}
    arguments += ["--interface", LOOPBACK, "--port", str(port)]
    return Child("stock Rasa", arguments, port, quiet, python=_STOCK_PYTHON)


def served(data_dir: Path, content: Path) -> Child:
    """Return `kyr serve` with the published model of a data folder."""
    port = free_port()
    where = {"KYR_DATA_DIR": str(data_dir), "KYR_CONTENT_DIR": str(content)}
    return Child("kyr serve", ["-m", "bot", "serve", "--port", str(port)], port, where)


async def ready(session: ClientSession, url: str) -> None:
    """Wait until everything behind a gateway answers."""
    while True:
        async with session.get(f"{url}/health") as response:
            if response.status == 200:
                return
        await asyncio.sleep(0.2)


def rasa_behind(pid: int) -> str:
    """Return the address of the Rasa that `kyr serve` has started."""
    commands = (child.cmdline() for child in psutil.Process(pid).children())
    command = next(command for command in commands if RASA_COMMAND in command)
    return f"http://{LOOPBACK}:{command[command.index('--port') + 1]}"


def top_label(parsed: Mapping[str, Any]) -> str:
    """Return the label that stock Rasa puts first: an intent, or the topic of a question."""
    intent = str(parsed["intent"]["name"])
    if intent == "nlu_fallback":
        intent = str(parsed["intent_ranking"][1]["name"])
    if intent != "faq":
        return intent
    return str(parsed["response_selector"]["default"]["response"]["intent_response_key"])


def accuracy(labels: Sequence[str], questions: Sequence[Question]) -> float:
    """Return the share of questions in scope whose first label is right."""
    inside = [pair for pair in zip(labels, questions, strict=True) if pair[1].topic != OUT_OF_SCOPE]
    return sum(label.removeprefix(TOPIC_PREFIX) in asked.right for label, asked in inside) / len(inside)


def stock_ranking(parsed: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """Return the labels of stock Rasa with scores: a topic has its share of the score of `faq`."""
    intents = {one["name"]: one["confidence"] for one in parsed["intent_ranking"]}
    topics = parsed["response_selector"]["default"]["ranking"]
    faq = intents.pop("faq", 0.0)
    intents.pop("nlu_fallback", None)
    scores = {**intents, **{one["intent_response_key"]: faq * one["confidence"] for one in topics}}
    return tuple(sorted(scores.items(), key=lambda entry: -entry[1])[:10])


def print_figures(name: str, asked: Sequence[EvaluatedQuestion]) -> None:
    """Print the figures of each language."""
    for language, counted in held_out_figures(asked, read_content(PROJECT_ROOT)).items():
        shares = [f"{key} {counted[key]}" for key in ("right", "wrong", "resolved", "false_answers")]
        print(f"{name}, {language}: {', '.join(shares)}", flush=True)


async def parse_all(session: ClientSession, url: str, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return what Rasa's NLU makes of questions."""
    parsed = []
    for question in questions:
        async with session.post(f"{url}/model/parse", json={"text": question.text}) as response:
            parsed.append(await response.json())
    return parsed


async def measure_load(name: str, make: Any, url: str) -> None:
    """Print the times of a server at each concurrency."""
    for concurrency in CONCURRENCIES:
        async with ClientSession(connector=TCPConnector(limit=concurrency)) as session:
            print(
                f"{name}, concurrency {concurrency:2}: {await load(make(session, url), texts(), concurrency)}"
            )


async def measure_stock(folder: Path, questions: Sequence[Question]) -> None:
    """Train and measure stock Rasa."""
    seconds, most = train_stock(folder)
    print(f"stock: training {seconds:.0f} s, at most {most:.0f} MiB", flush=True)
    child = stock_rasa(folder / "models" / "stock.tar.gz")
    async with running(child) as started, ClientSession() as session:
        began = time.monotonic()
        parsed = await parse_all(session, child.url, questions)
        print(f"stock: {(time.monotonic() - began) * 1000 / len(questions):.1f} ms to parse a question")
        labels = [top_label(one) for one in parsed]
        told = read_content(PROJECT_ROOT).language_identifier
        judged = (
            (Understanding(told.identify(asked.text, hint="es") or "es", stock_ranking(one)),)
            for one, asked in zip(parsed, questions, strict=True)
        )
        print_figures("stock", [EvaluatedQuestion(*pair) for pair in zip(questions, judged, strict=True)])
        print(f"stock: starts in {started:.0f} s, first label right {accuracy(labels, questions):.3f}")
        await measure_load("stock, REST channel", rest, child.url)
        print(f"stock: memory {mebibytes(child.pid or 0):.0f} MiB", flush=True)


async def measure_ours(name: str, content: Path, data_dir: Path, questions: Sequence[Question]) -> None:
    """Train and measure our server."""
    store = ModelStore(data_dir)
    model = store.publish((await train(content, store, lambda text: None)).version)
    summary = model.report["summary"]["all"]
    shares = ", ".join(f"{key} {summary[key]:.3f}" for key in ("right", "wrong", "resolved"))
    print(f"{name}: training {model.report['training_seconds']:.0f} s, {shares}", flush=True)
    child = served(data_dir, content)
    began = time.monotonic()
    async with running(child), ClientSession() as session:
        await ready(session, child.url)
        print(f"{name}: starts in {time.monotonic() - began:.0f} s", flush=True)
        behind = rasa_behind(child.pid or 0)
        for channel, make, url in (
            ("gateway", sender, child.url),
            ("Rasa's REST channel behind it", rest, behind),
        ):
            await measure_load(f"{name}, {channel}", make, url)
        print(f"{name}: memory {mebibytes(child.pid or 0):.0f} MiB", flush=True)
    parsed = await parse(model.archive, questions, thresholds=model.thresholds)
    judged = (tuple(Understanding.from_json(part) for part in one["judged"]) for one in parsed)
    print_figures(name, [EvaluatedQuestion(*pair) for pair in zip(questions, judged, strict=True)])
    labels = [str((one["intent_ranking"] or [{"name": ""}])[0]["name"]) for one in parsed]
    print(f"{name}: first label right {accuracy(labels, questions):.3f}", flush=True)


async def compare(per_label: int) -> None:
    """Measure both on the same questions, then ours on all of them."""
    questions = read_questions(PROJECT_ROOT / EVALUATION / EVALUATION_QUESTIONS)
    with tempfile.TemporaryDirectory() as folder:
        content, stock = Path(folder) / "content", Path(folder) / "stock"
        for name in ("data", "domain.yml", "config.yml"):
            source, target = PROJECT_ROOT / name, content / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
        sample(content, per_label)
        write_stock_project(content, stock)
        print(f"{per_label} questions of each label and language")
        await measure_ours("ours", content, Path(folder) / "var", questions)
        await measure_stock(stock, questions)
        await measure_ours("ours, all questions", PROJECT_ROOT, Path(folder) / "var", questions)


if __name__ == "__main__":
    asyncio.run(compare(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
