"""Fixtures shared by all tests: the small valid content, the project's own, and the running service."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
import redis
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.answering.reply import Button
from bot.content.paths import RESOURCES
from bot.content.reading import Content, read_content
from bot.database.engine import Database
from bot.files.locks import lock_within
from bot.gateway import keys
from bot.serving import asking, processes
from bot.serving.asking import wait_until_answered
from bot.serving.assistant import assemble
from bot.serving.processes import free_port
from bot.settings import PROJECT_ROOT, Settings
from bot.training.models import Model, ModelStore
from bot.training.train import train
from bot.web.server import listening
from tests.helpers.waiting import SECONDS_AT_MOST

REDIS = "/usr/bin/redis-server"
POSTGRESQL = Path("/usr/lib/postgresql")
SMALL_CONTENT = Path(__file__).parent / "small_content"


def pytest_collection_finish() -> None:
    """Test on the event loop that runs in production: importing Rasa's server puts uvloop in its place."""
    asyncio.set_event_loop_policy(None)


async def still_running(
    family: Iterable[psutil.Process], *, seconds: float = SECONDS_AT_MOST
) -> list[psutil.Process]:
    """Return which processes have not ended after some seconds at most.

    Their ends are not collected, as psutil would do: whoever has started them waits for that too.
    """

    def runs(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    until = time.monotonic() + seconds
    while (running := [process for process in family if runs(process)]) and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return running


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Give Rasa the time to start and to answer that it needs on a machine with other work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "SECONDS_TO_START", 2 * SECONDS_AT_MOST)
        patch.setattr(asking, "_SECONDS_TO_GOLDEN_ANSWER", SECONDS_AT_MOST)
        yield


@pytest.fixture(scope="session")
def project_content() -> Content:
    """The content that residents are answered from."""
    return read_content(PROJECT_ROOT)


@pytest.fixture(scope="session")
def small_content() -> Content:
    """Three topics, a few texts and three services: enough to test the code on, and to train a model."""
    return read_content(SMALL_CONTENT)


@pytest.fixture
def content_copy(tmp_path: Path) -> Path:
    """A copy of the small content that a test may break."""
    return Path(shutil.copytree(SMALL_CONTENT, tmp_path / "content"))


@pytest.fixture(scope="session")
def model_store(request: pytest.FixtureRequest) -> ModelStore:
    """Models kept from one run of the tests to the next, so that unchanged content is trained once."""
    return ModelStore(Path(request.config.cache.mkdir("kyr")))


StartServer = Callable[[web.Application], Awaitable[str]]


@pytest.fixture
async def start_server() -> AsyncIterator[StartServer]:
    """Start real servers in the place of others'; they end with the test. Gives their address."""
    servers: list[TestServer] = []

    async def start(app: web.Application) -> str:
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/")).rstrip("/")

    yield start
    for server in servers:
        await server.close()


@pytest.fixture(scope="session")
async def model(model_store: ModelStore) -> Model:
    """A model trained on the project's content: for tests of what residents are answered."""
    return await _published(PROJECT_ROOT, model_store)


@pytest.fixture(scope="session")
async def small_model(request: pytest.FixtureRequest) -> Model:
    """A model trained on the small content: for tests that are not about what residents are answered."""
    return await _published(SMALL_CONTENT, ModelStore(request.config.cache.mkdir("kyr-small")))


async def _published(root: Path, store: ModelStore) -> Model:
    """Return the published model of a content, which is trained once also where several processes test."""
    with (store.data_dir / "training.lock").open("w") as lock:
        assert await asyncio.to_thread(lock_within, lock, 1200)
        trained = await train(root, store, lambda text: None)
        return store.publish(trained.version)


@dataclass
class Service:
    """A running assistant: its address, its gateway, and the process ids of its children."""

    url: str
    app: web.Application
    session: ClientSession
    rasa_pid: int
    actions_pid: int

    async def ask(self, message: str, **more: object) -> dict[str, object]:
        """Ask a question; return the body of the answer."""
        async with self.session.post(f"{self.url}/api/chat", json={"message": message, **more}) as response:
            assert response.status == 200, await response.text()
            body: dict[str, object] = await response.json()
            return body


def offer_choices(app: web.Application, *payloads: str) -> str:
    """Begin a conversation with a gateway in which these choices were offered; return its token."""
    conversation = app[keys.CONVERSATIONS].resume(None)
    conversation.offer([Button("a choice", payload) for payload in payloads])
    return app[keys.CONVERSATIONS].token(conversation)


@contextlib.asynccontextmanager
async def run_service(model: Model, settings: Settings | None = None) -> AsyncIterator[Service]:
    """Run a real Rasa, a real action server and the gateway, without starting them again when they end."""
    assistant = assemble(model, settings or Settings())
    async with (
        listening(assistant.app, "127.0.0.1", 0) as url,
        assistant.running(watch=False),
        ClientSession() as session,
    ):
        await wait_until_answered(url, "hola")
        assert assistant.rasa.pid is not None and assistant.actions.pid is not None
        yield Service(url, assistant.app, session, assistant.rasa.pid, assistant.actions.pid)


@dataclass
class RedisServer:
    """A real Redis that writes everything to a folder, as one that was set up without thought does."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What goes into KYR_REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, with what it has written before, and wait until it answers."""
        saving = ("--save", "1 1", "--appendonly", "yes", "--dir", str(self.folder))
        command = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--loglevel", "debug", *saving]
        log = self.folder / "redis.log"
        self.process = subprocess.Popen([*command, "--logfile", str(log)])  # noqa: S603 - our own arguments
        with redis.Redis.from_url(self.url) as client:
            latest = time.monotonic() + SECONDS_AT_MOST
            while time.monotonic() < latest:
                with contextlib.suppress(redis.ConnectionError):
                    client.ping()
                    return
                time.sleep(0.05)
        pytest.fail(f"Redis did not start: {log.read_text() if log.exists() else 'no log'}")

    def write_all(self) -> None:
        """Have it write all that it holds to its folder, now and not once more after that."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("save", "")
            self.wait_until_written(client)
            client.save()

    @staticmethod
    def wait_until_written(client: redis.Redis[bytes]) -> None:
        """Wait until nothing is being written in the background."""
        while any(
            client.info("persistence")[f"{kind}_in_progress"] for kind in ("aof_rewrite", "rdb_bgsave")
        ):
            time.sleep(0.05)

    def signal(self, number: signal.Signals) -> None:
        """Freeze, wake or kill it."""
        assert self.process is not None
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait()


def require_program(path: str, package: str) -> None:
    """Skip a test where a program is missing, and say which package has it; with CI=true it fails."""
    if not Path(path).exists():
        reason = f"{path} is not installed (Debian: apt-get install {package})"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of this test's own."""
    require_program(REDIS, "redis-server")
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(free_port(), folder)
    server.start()
    yield server
    server.signal(signal.SIGCONT)
    server.signal(signal.SIGKILL)


@dataclass
class PostgresServer:
    """A real PostgreSQL that listens on the loopback interface, with a user "kyr" who may make databases."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make its folder and start it, not as root, which it refuses, but as the user "postgres" then."""
        user = "postgres" if os.getuid() == 0 else None
        if user is not None:
            shutil.chown(self.folder, user)
        data, password = self.folder / "data", self.folder / "password"
        password.write_text("se:cr@t\n", encoding="utf-8")
        password.chmod(0o644)
        made = (
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--username=kyr",
            f"--pwfile={password}",
        )
        command = [str(self.programs / "initdb"), f"--pgdata={data}", *made]
        quiet: dict[str, Any] = {"user": user, "cwd": self.folder, "stdout": subprocess.DEVNULL}
        subprocess.run(command, check=True, **quiet)  # noqa: S603 - our own arguments
        options = {"fsync": "off", "listen_addresses": "127.0.0.1", "port": str(self.port)}
        options |= {"unix_socket_directories": str(self.folder), "max_connections": "40"}
        set_to = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            command = [str(self.programs / "postgres"), "-D", str(data), *set_to]
            self.process = subprocess.Popen(command, stderr=log, **quiet)  # noqa: S603 - our own arguments
        latest = time.monotonic() + SECONDS_AT_MOST
        while time.monotonic() < latest:
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(self.url("postgres")).close()
                return
            time.sleep(0.05)
        pytest.fail(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def url(self, name: str) -> str:
        """What goes into KYR_DATABASE_URL for one of its databases."""
        return f"postgresql://kyr:se%3Acr%40t@127.0.0.1:{self.port}/{name}"

    def make(self) -> str:
        """Make a database; return its name."""
        name = f"kyr_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def run(self, statement: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement in one of its databases; return the rows."""
        with contextlib.closing(psycopg2.connect(self.url(name))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []

    def signal(self, number: signal.Signals) -> None:
        """Freeze, wake or end it, with every process it has started."""
        assert self.process is not None
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for all tests; each makes a database of its own."""
    found = sorted(POSTGRESQL.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    program = found[-1] if found else POSTGRESQL / "15/bin/postgres"
    require_program(str(program), "postgresql")
    # Not in a folder of pytest's, which keeps them to whoever runs the tests.
    with tempfile.TemporaryDirectory(prefix="kyr-postgresql-") as folder:
        server = PostgresServer(program.parent, Path(folder), free_port())
        server.start()
        yield server
        server.signal(signal.SIGCONT)
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" way to end
        server.process.wait()


MakeDatabase = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> MakeDatabase:
    """Make empty databases, each with a data folder of its own, in both kinds one after the other."""
    numbers = itertools.count(1)

    def make() -> Database:
        data_dir = tmp_path / f"var{next(numbers)}"
        if request.param == "sqlite":
            return Database(data_dir)
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return Database(data_dir, server.url(server.make()))

    return make


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    """An empty database, once SQLite and once PostgreSQL."""
    return make_database()


@pytest.fixture(scope="session")
def resources_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that the running assistant uses; a test may change it and must put it back."""
    copy = tmp_path_factory.mktemp("live") / "data" / "resources"
    return Path(shutil.copytree(PROJECT_ROOT / RESOURCES, copy))


@pytest.fixture(scope="session")
async def service(
    model: Model, resources_copy: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """The assistant as residents meet it, once for all tests that do it no harm."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), resources_dir=resources_copy)
    async with run_service(model, settings) as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    """Keep Rasa from phoning home, whichever test imports it first; test the content in this folder."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["KYR_CONTENT_DIR"] = str(PROJECT_ROOT)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what would load Rasa where slow tests were deselected anyway."""
    return True if "not slow" in config.option.markexpr and collection_path.name == "nlu" else None
