"""Replacing the resource directory: what stays ours, what changes, and one step from old to new."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from bot.directory.fitting import Pulled
from bot.directory.one_service import put_back, take_out, unchecked
from bot.directory.reading import TWINS, check_directory, read_directory
from bot.directory.services import FIRST_SERVICE, OF_SERVICE
from bot.directory.tables import PACKAGE, Row, Tables, as_csv, read_package, read_tables
from bot.errors import KyrError
from bot.files.atomic import write_whole
from bot.files.folders import exchange_folders, staging_folder
from bot.messages import Message, lines, read_messages
from bot.problems import ContentError, Problem, Problems

# Decided here and never taken from others: what people are asked for, and what must not be given out.
_OURS = ("taxonomy_terms", "withheld_phones")
# Columns that others do not know; what a pull would leave empty stays.
_OUR_COLUMNS = (
    *("alternate_name", "needs_caution", "public_body", "outside_hours", "caution"),
    *("purpose", "purpose_es", "language_codes", "appointment", "note", "note_es"),
)
# Columns of ours that say something of another one, and stay only as long as that does.
_SAID_OF = {"checked": "number", "checked_by": "number", "assured_by": "assured_date"}
# What is not shown as a part of a service.
_BESIDE_SERVICES = ("organizations", *_OURS)
# Rows that are left out may leave others at fault: a service without its organization.
_MOST_ROUNDS = 8
_MOST_SHOWN = 200
_PREVIOUS = "previous"
_REFUSED = "refused"


class UpdateError(KyrError):
    """A directory that cannot be replaced: the message says why, with a line for each problem."""

    def __init__(self, why: Message, problems: Iterable[Problem] = ()) -> None:
        super().__init__(lines((why, *(problem.message for problem in problems))))


def columns_of(folder: Path) -> dict[str, list[str]]:
    """Return the columns of each table of our directory."""
    resources = read_package(folder, Problems(folder)) or {}
    return {name: [f["name"] for f in r["schema"]["fields"]] for name, r in resources.items()}


def columns_to_pull(folder: Path) -> dict[str, list[str]]:
    """Return the columns of those tables that may come from others."""
    return {name: columns for name, columns in columns_of(folder).items() if name not in _OURS}


def read_present(folder: Path) -> Tables:
    """Return the tables of our directory; raises ContentError with every mistake found."""
    problems = Problems(folder.parent.parent)
    tables = read_tables(folder, problems)
    if tables is None:
        raise ContentError(sorted(problems.found))
    return tables


def edited(files: Mapping[str, bytes], folder: Path) -> Tables:
    """Return our tables with some files ("phones.csv": its content) in the place of the present ones.

    Raises UpdateError with every mistake by file and line; ContentError where the present tables have one.
    """
    names = {f"{name}.csv" for name in columns_of(folder)}
    if unknown := sorted(files.keys() - names):
        raise UpdateError(Message("no_such_table", tables=", ".join(unknown), names=", ".join(sorted(names))))
    read_present(folder)
    with tempfile.TemporaryDirectory() as workplace:
        copy = Path(workplace) / "copy"
        shutil.copytree(folder, copy)
        for name, content in files.items():
            (copy / name).write_bytes(content)
        # Named as whoever sent them knows them.
        problems = Problems(copy)
        if check_directory(copy, problems) is None:
            found = sorted(problems.found)
            raise UpdateError(Message("directory_not_changed"), found)
        return _with_new_numbers_unchecked(read_present(folder), read_present(copy))


def _with_new_numbers_unchecked(present: Tables, new: Tables) -> Tables:
    """Return tables in which nobody has called the numbers that are others than in the present ones."""
    for row in list(new["services"]):
        after = take_out(new, row["id"])
        if after is not None and (wanted := unchecked(take_out(present, row["id"]), after)) != after:
            new = put_back(new, wanted)
    return new


def offered(pulled: Pulled, folder: Path, keep: Collection[str] = ()) -> Pulled:
    """Return a directory that was fetched as it can take the place of that in `folder`, and what cannot.

    Services to `keep` stay where the source has none of their ids. A text stays ours until its new English
    has Spanish too, and a new service without Spanish is not active: nobody is sent there. Rows with a
    mistake are left out. Each of these is noted. Raises ContentError where the present directory has one.
    """
    present, notes = read_present(folder), list(pulled.notes)
    tables = complete({name: [dict(row) for row in rows] for name, rows in pulled.tables.items()}, present)
    there = {row["id"] for row in tables["services"]}
    terms = {row[column] for row in present["taxonomy_terms"] for column in ("id", "code")}
    if unknown := sum(row["taxonomy_term_id"] not in terms for row in pulled.tables.get("attributes", ())):
        notes.append(Message("pulled_needs_unknown", number=unknown))
    kept = {row["id"] for row in present["services"] if row["id"] in keep} - there
    _add_services(tables, present, kept)
    notes += [Message("service_kept", name=_name_of(present, name)) for name in sorted(kept)]
    _ask_for_spanish(tables, present, notes)
    _leave_out_mistakes(tables, present, folder, notes)
    return Pulled(tables, notes)


def _ask_for_spanish(tables: Tables, present: Tables, notes: list[Message]) -> None:
    """Keep our texts where a new English one has no Spanish; new services without any are not active."""
    ours = {row["id"] for row in present["services"]}
    inactive: set[str] = set()
    for table, columns in TWINS.items():
        before = {row["id"]: row for row in present[table]}
        kept = []
        for row in tables[table]:
            service = row["id"] if table == "services" else row.get("service_id", "")
            missing = [column for column in columns if row[column] and not row[f"{column}_es"]]
            for column in missing:
                known = before.get(row["id"], {})
                if service in ours:
                    told = {"name": _name_of(present, service), "field": field_name(column)}
                    notes.append(Message("text_stays_ours", **told, text=row[column]))
                    row.update({one: known.get(one, "") for one in (column, f"{column}_es")})
                else:
                    row[f"{column}_es"] = row[column]
                    inactive.add(service)
            if table == "services" or all(row[column] for column in missing):
                kept.append(row)
        tables[table] = kept
    for row in tables["services"]:
        if row["id"] in inactive:
            row["status"] = "inactive"
            notes.append(Message("service_without_spanish", name=row["name"]))


def _leave_out_mistakes(tables: Tables, present: Tables, folder: Path, notes: list[Message]) -> None:
    """Leave out rows with a mistake; of a service that we have, ours stays in its place."""
    for _ in range(_MOST_ROUNDS):
        with tempfile.TemporaryDirectory() as workplace:
            copy = Path(workplace) / "copy"
            write_tables(tables, folder, copy)
            problems = Problems(copy)
            check_directory(copy, problems)
        found = [one for one in problems.found if one.line > 1 and one.path.stem not in _OURS]
        if not found or len(found) < len(problems.found):
            return  # what cannot be mended by leaving rows out is for whoever replaces the directory to say
        at_fault = {(one.path.stem, one.line - 2): one for one in reversed(found)}
        services = set()
        for (table, number), problem in sorted(at_fault.items(), reverse=True):
            row = tables[table][number]
            why = Message("problem_and_mend", what=problem.what, mend=problem.mend)
            service = row["id"] if table == "services" else row.get(OF_SERVICE.get(table, ""), "")
            if table == "services":
                services.add(service)
            else:
                del tables[table][number]
            name = _name_of(tables, service) if service else Message("pulled_of_no_service")
            shown = (
                ", ".join(value for key, value in row.items() if value and not key.endswith("id"))
                or row["id"]
            )
            notes.append(Message("pulled_left_out", service=name, what=shown[:_MOST_SHOWN], why=why))
        _drop_services(tables, services)
        _add_services(tables, present, services & {row["id"] for row in present["services"]})


def _drop_services(tables: Tables, names: Collection[str]) -> None:
    tables["services"] = [row for row in tables["services"] if row["id"] not in names]
    for table, key in OF_SERVICE.items():
        tables[table] = [row for row in tables[table] if row[key] not in names]


def _name_of(tables: Tables, service: str) -> str:
    return next((row["name"] or service for row in tables["services"] if row["id"] == service), service)


def complete(pulled: Tables, present: Tables) -> Tables:
    """Return pulled tables with what stays ours put in from the present ones.

    That is: needs and withheld phones; the city's own services where the source has none; cautions;
    Spanish texts whose English has not changed; the needs of a service that the source does not classify.
    """
    merged = {name: list(pulled.get(name, [])) for name in present}
    for name in _OURS:
        merged[name] = list(present[name])
    terms = {row["id"] for row in present["taxonomy_terms"]}
    by_code = {row["code"]: row["id"] for row in present["taxonomy_terms"]}
    for row in merged["attributes"]:
        row["taxonomy_term_id"] = by_code.get(row["taxonomy_term_id"], row["taxonomy_term_id"])
    merged["attributes"] = [row for row in merged["attributes"] if row["taxonomy_term_id"] in terms]
    if FIRST_SERVICE not in {row["id"] for row in merged["services"]}:
        first = next(row for row in present["services"] if row["id"] == FIRST_SERVICE)
        city, known = first["organization_id"], {row["id"] for row in merged["services"]}
        own = {row["id"] for row in present["services"] if row["organization_id"] == city}
        _add_services(merged, present, own - known)
    classified = {row["link_id"] for row in merged["attributes"]}
    pulled_services = {row["id"] for row in merged["services"]}
    merged["attributes"] += [
        row for row in present["attributes"] if row["link_id"] in pulled_services - classified
    ]
    for name, rows in merged.items():
        before = {next(iter(row.values())): row for row in present[name]}
        for row in rows:
            ours = before.get(next(iter(row.values())), {})
            row.update({column: ours.get(column, "") for column in _OUR_COLUMNS if row.get(column) == ""})
            for column, of in _SAID_OF.items():
                if row.get(column) == "" and row[of] == ours.get(of):
                    row[column] = ours[column]
            _keep_spanish(row, ours)
    return merged


def _add_services(merged: Tables, present: Tables, names: Collection[str]) -> None:
    """Put services of ours at the beginning, with their organizations, their places and what they have."""
    own = [dict(row) for row in present["services"] if row["id"] in names]
    merged["services"] = own + merged["services"]
    for name, key in OF_SERVICE.items():
        merged[name] = [dict(row) for row in present[name] if row[key] in names] + merged[name]
    places = {row["location_id"] for row in merged["service_at_location"]}
    owners = {row["organization_id"] for row in own}
    owners |= {row["organization_id"] for row in present["locations"] if row["id"] in places}
    for name, key, wanted in (
        ("organizations", "id", owners),
        ("locations", "id", places),
        ("addresses", "location_id", places),
    ):
        there = {row[key] for row in merged[name]}
        merged[name] = [dict(row) for row in present[name] if row[key] in wanted - there] + merged[name]


def _keep_spanish(row: Row, before: Row) -> None:
    for column in row:
        english = column.removesuffix("_es")
        if column != english and not row[column] and row[english] and row[english] == before.get(english):
            row[column] = before[column]


def differences(present: Tables, new: Tables) -> list[Message]:
    """Return what a new directory changes, a line each: "+" a new service, "-" one gone, "~" a change.

    Rows that belong to no single service are named with their table ("withheld_phones/323-582-6161").
    """
    before, after = _by_service(present), _by_service(new)
    for table in _BESIDE_SERVICES:
        before |= _by_row(table, present[table])
        after |= _by_row(table, new[table])
    gone, added = (
        (name for name in before if name not in after),
        (name for name in after if name not in before),
    )
    told = [Message("service_gone", name=name, title=_title(before[name])) for name in gone]
    told += [Message("service_new", name=name, title=_title(after[name])) for name in added]
    for name, facts in after.items():
        for key, value in facts.items():
            old = before.get(name, {}).get(key)
            if old is not None and old != value:
                none = Message("nothing_there")
                change = {"before": old or none, "after": value or none}
                told.append(Message("service_changed", name=name, field=field_name(key), **change))
    return told


def field_name(key: str) -> str:
    """Return what a column or a table is called; one that only the data package knows, as it is."""
    name = f"field_{key}"
    return Message(name) if name in read_messages() else key


def _by_row(table: str, rows: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Return the rows of a table, by its name and what stands in their first column."""
    return {f"{table}/{next(iter(row.values()))}": row for row in rows}


def _title(facts: Mapping[str, str]) -> str:
    return facts.get("name") or next(filter(None, facts.values()), "")


def _by_service(tables: Tables) -> dict[str, dict[str, str]]:
    """Return everything that is known of each service, as text by column or table."""
    locations = {
        row["id"]: ", ".join(
            [row["name"]]
            + [
                f"{a['address_1']} {a['city']} {a['postal_code']}"
                for a in tables["addresses"]
                if a["location_id"] == row["id"]
            ]
        )
        for row in tables["locations"]
    }
    found = {
        row["id"]: {key: value for key, value in row.items() if key != "id"} for row in tables["services"]
    }
    for table, key in OF_SERVICE.items():
        rows: dict[str, list[str]] = {name: [] for name in found}
        for row in tables[table]:
            if row[key] in rows:
                values = [locations.get(v, v) for k, v in row.items() if k not in ("id", key) and v]
                rows[row[key]].append(" ".join(values))
        for name, texts in rows.items():
            found[name][table] = "; ".join(sorted(texts))
    return found


@contextlib.contextmanager
def staged(tables: Tables, folder: Path) -> Iterator[Path]:
    """Write the tables and the data package of `folder` into a folder beside it; yield that one."""
    with staging_folder(folder) as workplace:
        write_tables(tables, folder, workplace / folder.name)
        yield workplace / folder.name


def write_tables(tables: Tables, folder: Path, new: Path) -> None:
    """Write the tables and the data package of `folder` into the folder `new`."""
    new.mkdir(exist_ok=True)
    write_whole(new / PACKAGE, (folder / PACKAGE).read_text(encoding="utf-8-sig"))
    for name, columns in columns_of(folder).items():
        write_whole(new / f"{name}.csv", as_csv(columns, tables[name]))


def replace_directory(new: Path, folder: Path, kept: Path) -> None:
    """Put the checked directory `new` in the place of `folder`; the old one is kept under `kept`.

    Raises ContentError, and changes nothing, where the new directory has a mistake.
    """
    read_directory(new)
    _keep(folder, kept)
    exchange_folders(new, folder)


def refuse(new: Path, kept: Path) -> NoReturn:
    """Keep a directory where its mistakes can be looked at, and raise UpdateError with all of them."""
    refused = kept / _REFUSED
    shutil.rmtree(refused, ignore_errors=True)
    shutil.copytree(new, refused)
    try:
        read_directory(refused)
    except ContentError as error:
        raise UpdateError(
            Message("directory_not_replaced", folder=refused),
            error.problems,
        ) from None
    raise AssertionError("a directory without a mistake was refused")


def read_previous(kept: Path) -> Tables:
    """Return the tables of the directory before this one; raises UpdateError where there is none."""
    before = read_tables(kept / _PREVIOUS, Problems(kept))
    if before is None:
        raise UpdateError(Message("no_earlier_directory"))
    return before


def undo(folder: Path, kept: Path) -> list[Message]:
    """Exchange the directory for the one kept before it; return what that changes. Raises UpdateError."""
    before, present = read_previous(kept), read_tables(folder, Problems(folder))
    changes = differences(present, before) if present else []
    with staged(before, folder) as new:
        replace_directory(new, folder, kept)
    return changes


def _keep(folder: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".keeping-", dir=kept, ignore_cleanup_errors=True) as workplace:
        copy = Path(workplace) / "copy"
        copy.mkdir()
        for path in sorted(folder.iterdir()):
            write_whole(copy / path.name, path.read_text(encoding="utf-8-sig"))
        shutil.rmtree(kept / _PREVIOUS, ignore_errors=True)
        os.rename(copy, kept / _PREVIOUS)
