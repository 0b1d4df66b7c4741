"""Definitions: those that come with the bot are right, and a mistake in one's own is named by file, line and field."""

import re
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.portal.definition.model import DEFINITIONS, DefinitionError, Meaning, Part, PortalDefinition, Problem, load
from bot.portal.parsing.parse import parse_board
from contract.configuration import KNOWN_JOB_KINDS

ATOZ_YAML = (DEFINITIONS / "atoz.yaml").read_text(encoding="utf-8")


def problems(file: Path) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as raised:
        load(file)
    assert str(raised.value) == "\n".join(str(problem) for problem in raised.value.problems)
    return raised.value.problems


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


@pytest.mark.parametrize("file", sorted(DEFINITIONS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_definitions_that_come_with_the_bot_are_right(file: Path) -> None:
    definition = load(file.stem)
    assert definition.name == file.stem
    assert definition.free_statuses
    assert definition == load(file) == load(str(file))


def test_the_simulator_is_the_atoz_portal_at_another_address() -> None:
    atoz, simulator = load("atoz"), load("simulator")
    changes = {"name", "title", "base_url"}
    same = set(PortalDefinition.model_fields) - changes
    assert {name: getattr(simulator, name) for name in same} == {name: getattr(atoz, name) for name in same}
    assert simulator.base_url == "http://127.0.0.1:8090"
    assert simulator.at("http://127.0.0.1:9999/").base_url == "http://127.0.0.1:9999"


def test_the_atoz_portal_has_the_kinds_that_an_owner_can_choose() -> None:
    assert tuple(load("atoz").kinds) == KNOWN_JOB_KINDS


def test_addresses_are_made_of_base_and_path() -> None:
    definition = load("atoz").at("https://portal.example.com/folder/")
    assert definition.url(definition.job.path, portal_id="7") == "https://portal.example.com/folder/interpreter-jobs/7"
    with pytest.raises(ValueError, match="address"):
        definition.at("portal.example.com")


# --- mistakes ---------------------------------------------------------------------------------------------------------

MISTAKES: list[tuple[str, str, str, str]] = [
    # what stands there, what is written instead, the field that is named, words of the message
    ("    row: tbody tr.table__row", "    rwo: tbody tr.table__row", "board.rows.rwo", "did you mean row?"),
    ("    row: tbody tr.table__row", "    row: 'tbody tr['", "board.rows.row", "is not a CSS selector"),
    ("    shape: table", "    shape: tables", "board.rows", "'table', 'cards', 'json'"),
    ("    shape: table\n", "", "board.rows", "table, cards, json"),
    ("    table: section.content__table > table.table", "    table: 5", "board.rows.table", "put it in quotes"),
    ("    empty_text: There are no interpreter jobs\n", "", "board.rows", "give either empty_text or empty"),
    ("time_zone: Europe/London", "time_zone: Europe/Lodnon", "time_zone", "is not a time zone"),
    ("base_url: https://portal.atozinterpreting.com", "base_url: portal", "base_url", "http://"),
    ("  way: form\n  path: /login", "  way: form\n  path: login", "sign_in.path", "starts with a slash"),
    ("    pattern: (\\d+)", "    pattern: Total (", "board.total.pattern", "regular expression"),
    ("  matched: free", "  matched: fre", "statuses.matched", "'free', 'ours' or 'not_ours'"),
    ("  matched: free\n", "", "statuses", "no status means free"),
    ("    reference: {heading: Ref}", "    reference: {label: Ref}", "board", "a field needs a heading"),
    ("    reference: {heading: Ref}\n", "", "board", "fields.reference is missing"),
    ("    language: {label: Language}", "    language: {}", "job.fields.language", "says nowhere"),
    ("    language: {label: Language}", "    language: {label: A, heading: B}", "job.fields.language", "choose one"),
    ("    language: {label: Language}", "    language: {label: A, line: 0}", "job.fields.language", "counted from 1"),
    ("  label: .job__detail\n", "", "job", "where labels and values stand"),
    ("  query: {status: \"0\"}", "  query: {status: 0}", "board.query.status", "put it in quotes"),
    ('date: "{monday} to {sunday}"', 'date: "to {friday}"', "board.completed_query.date", "only names"),
    ('date: "{monday} to {sunday}"', 'date: "{monday.year}"', "board.completed_query.date", "only names"),
    ('date: "{monday} to {sunday}"', 'date: "{monday!r}"', "board.completed_query.date", "only names"),
    ('date: "{monday} to {sunday}"', 'date: "{monday:{sunday}}"', "board.completed_query.date", "only names"),
    ('date: "{monday} to {sunday}"', 'date: "from {monday"', "board.completed_query.date", "from {monday"),
    ('date: "{monday} to {sunday}"', 'date: "{monday:dd/mm}"', "board.completed_query.date", "no format of a date"),
    ('{status: "4", date: "{monday} to {sunday}"}', "{status: 4}", "board.completed_query.status", "in quotes"),
    ('{status: "4", date: "{monday} to {sunday}"}', "{}", "board.completed_query", "at least 1"),
    ('{status: "4", date: "{monday} to {sunday}"}', "4", "board.completed_query", "dictionary"),
    ("    rows_per_page: 10", "    rows_per_page: none", "board.pagination.rows_per_page", "integer"),
    ("    - code: locked_out", "    - code: locked", "sign_in.refusals.1.code", "'locked_out'"),
    ("      path: /agent/profile/create", "      # nothing", "sign_in.refusals.5", "path or a selector"),
    ("  times: [\"%H:%M\"]", "  times: [\"%H:%M\"]\n  times: [\"%H.%M\"]", "formats.times", "stands there twice"),
    ("  durations: ['", "  durations: ['(\\d+)', '", "formats.durations", "group named hours"),
    ("name: atoz", "name: A to Z", "name", "pattern"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "field", "words"), MISTAKES, ids=[mistake[2] for mistake in MISTAKES])
def test_a_mistake_is_named_by_file_line_and_field(
    tmp_path: Path, right: str, wrong: str, field: str, words: str
) -> None:
    assert ATOZ_YAML.count(right) == 1, f"the definition does not hold {right!r} once"
    file = written(tmp_path, ATOZ_YAML.replace(right, wrong))
    found = problems(file)
    assert field in [problem.field for problem in found]
    problem = next(one for one in found if one.field == field)
    assert problem.file == "mine.yaml"
    assert words in problem.message
    assert problem.line is not None
    # the line of the field itself, or of what it belongs to where it is missing
    shown = file.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    names = [part for part in field.split(".") if not part.isdecimal()]
    assert any(f"{name}:" in shown for name in names) or shown.strip().startswith("- "), (problem, shown)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = ATOZ_YAML.replace("time_zone: Europe/London", "time_zone: nowhere").replace("title: A to Z", "titel: A to Z")
    found = problems(written(tmp_path, text))
    assert [problem.field for problem in found] == ["title", "time_zone", "titel"]
    assert found[1].line == line_of(text, "time_zone:")
    assert found[2].line == line_of(text, "titel:")
    assert str(found[1]) == (
        f"mine.yaml, line {found[1].line}: time_zone: 'nowhere' is not a time zone; write it like Europe/London"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a list of names and values"),
        ("- one\n- two\n", "a list of names and values"),
        ("just text", "a list of names and values"),
        ("name: [unfinished", "this is no YAML"),
        ("name: {a: 1}}", "this is no YAML"),
        ("name: !!python/name:os.system", "name: cannot be read"),
        ("name: &x [*x]", "name.1: refers to itself"),
        ("name: 2026-13-45", "name: cannot be read"),
    ],
)
def test_what_is_no_definition_is_said_so(tmp_path: Path, text: str, words: str) -> None:
    assert words in str(problems(written(tmp_path, text))[0])


def test_a_file_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(DefinitionError, match=r"atoz, .*simulator"):
        load("atozz")
    with pytest.raises(DefinitionError, match="no such file"):
        load("/nowhere/mine.yaml")


# --- other portals ----------------------------------------------------------------------------------------------------

OTHER_MISTAKES: list[tuple[str, str, str, str, str]] = [
    # the definition, what stands there, what is written instead, the field that is named, words of the message
    ("cards", ", text: Nothing here at the moment.}", "}", "board.rows", "empty.text is missing"),
    ("cards", "  way: page\n", "  way: link\n", "accept", "belong together"),
    ("cards", "    form: form.answer--take\n", "", "accept.page.form", "is missing"),
    ("cards", "- {selector: article.sheet--open}", "- {text: Open}", "accept.page.free.1.selector", "missing"),
    ("cards", "  username: input[name=member_login]\n", "", "sign_in", "form, username, password and submit"),
    ("cards", "/board/job/{portal_id}/quote", "/board/job/{id}/quote", "quote.path", "only name"),
    ("cards", "reference: {selector: .card__no}", "reference: {heading: Ref}", "board", "cards a field needs a"),
    ("cards", "  yours: ours\n  done: ours\n", "", "", "no status means ours"),
    ("script", "  token: {selector", "  # {selector", "", "pages.token is missing"),
    ("script", "reference: {path: reference}", "reference: {selector: a}", "board.data", "json a field needs a path"),
    ("script", "reference: {path: data.reference}", "reference: {label: Ref}", "job.data", "needs a path"),
    ("script", "      rows: data\n", "      rows: data..x\n", "board.data.rows.rows", "names joined by dots"),
    ("script", "  text: Accept\n", "", "", "text is missing"),
    ("script", "    empty: {selector: .empty, text: No assignments}\n", "", "board.rows", "empty_text or empty"),
    ("tickets", "  way: form\n", "  way: http\n", "sign_in", "there is no form"),
    ("tickets", "nobody: [nobody]\n", "", "", "nobody is missing"),
    ("tickets", "    owner: {heading: Owner}\n", "", "", "fields.owner has to stand"),
    ("tickets", "  closed: not_ours", '  "*": ours', "statuses", "can only mean not_ours"),
    ("tickets", "  closed: not_ours", '  "{user_name}": free', "statuses", "is not free"),
    ("tickets", "    links: div.pages a\n", "", "board", "pagination.links"),
    ("tickets", "    portal_status: {selector: .ticket-state, required: true}\n", "", "job", "whose job it is"),
    ("tickets", "kind: {label: Type, required: true}", "kind: {heading: Type}", "job", "a label or a selector"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", OTHER_MISTAKES, ids=lambda mistake: f"{mistake[0]}-{mistake[3]}")
def test_mistakes_in_definitions_of_other_shapes(tmp_path: Path, mistake: tuple[str, str, str, str, str]) -> None:
    name, right, wrong, field, words = mistake
    text = (DEFINITIONS / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(right) == 1, f"the definition does not hold {right!r} once"
    found = problems(written(tmp_path, text.replace(right, wrong)))
    assert field in [problem.field for problem in found]
    assert any(words in problem.message for problem in found if problem.field == field), found


@pytest.mark.parametrize(
    ("name", "status", "user_name", "meaning"),
    [
        ("atoz", "matched", "Anna", Meaning.FREE),
        ("atoz", " Matched ", None, Meaning.FREE),
        ("atoz", "paused", "Anna", None),
        ("atoz", "", "Anna", None),
        ("cards", "QUOTE", "Anna", Meaning.FREE),
    ],
)
def test_what_a_status_means(name: str, status: str, user_name: str | None, meaning: Meaning | None) -> None:
    assert load(name).meaning(status, user_name) is meaning


@pytest.mark.parametrize(
    ("status", "owner", "user_name", "meaning"),
    [
        ("new", "nobody", "Anna Kowalska", Meaning.FREE),
        ("New", " NOBODY ", "Anna Kowalska", Meaning.FREE),
        ("quoting", "nobody", "Anna Kowalska", Meaning.NOT_OURS),
        ("closed", "nobody", "Anna Kowalska", Meaning.NOT_OURS),
        ("accepted", "ANNA  Kowalska", "Anna Kowalska", Meaning.OURS),
        ("closed", "Anna Kowalska", "Anna Kowalska", Meaning.OURS),
        # half taken: what somebody has is not free, whatever its status says
        ("new", "Anna Kowalska", "Anna Kowalska", Meaning.OURS),
        ("new", "Ben Okafor", "Anna Kowalska", Meaning.NOT_OURS),
        ("new", "Anna", "Anna Kowalska", Meaning.NOT_OURS),
        ("new", "Anna Kowalska", None, Meaning.NOT_OURS),
        ("new", "", "Anna Kowalska", Meaning.NOT_OURS),
        ("paused", "nobody", "Anna Kowalska", None),
    ],
)
def test_what_a_status_means_where_jobs_have_an_owner(
    status: str, owner: str, user_name: str | None, meaning: Meaning | None
) -> None:
    assert load("tickets").meaning(status, user_name, owner) is meaning


def test_statuses_that_are_owners_names(tmp_path: Path) -> None:
    text = 'extends: atoz\nname: mine\nstatuses: {nobody: free, "{user_name}": ours, "*": not_ours}\n'
    definition = load(written(tmp_path, text))
    assert definition.meaning("Nobody", "Anna") is Meaning.FREE
    assert definition.meaning("anna", "Anna") is Meaning.OURS
    assert definition.meaning("Ben", "Anna") is Meaning.NOT_OURS
    assert definition.meaning("", None) is Meaning.NOT_OURS


def test_a_portal_without_a_browser_is_the_data_behind_it() -> None:
    script = load("script")
    assert script.board.rows.shape == "table"
    assert script.job_address("7") == "http://127.0.0.1:8090/assignments/7"
    data = script.without_browser()
    assert (data.board.rows.shape, data.board.path) == ("json", "/api/assignments")
    assert data.board.query == script.board.query
    assert data.job_address("7") == "http://127.0.0.1:8090/api/assignments/7"
    assert load("atoz").without_browser() == load("atoz")
    assert [load(name).has_dates for name in ("atoz", "script", "tickets")] == [True, True, False]


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("      user_name: user.name\n", "board.data.rows.user_name"),
        ("    user_name: user.name\n", "job.data.user_name"),
    ],
)
def test_json_has_to_name_the_user_only_where_a_job_is_known_as_ours_by_that_name(
    tmp_path: Path, left_out: str, named: str
) -> None:
    text = (DEFINITIONS / "script.yaml").read_text(encoding="utf-8")
    text = text.replace(f"\n{left_out}", "\n")
    definition = load(written(tmp_path, text)).without_browser()
    assert [definition.board.names_user, definition.job_names_user] == ["board" not in named, "job" not in named]
    (problem,) = problems(written(tmp_path, text.replace("  yours: ours\n", '  "{user_name}": ours\n')))
    assert f"{named} is missing" in problem.message


def test_the_guide_names_every_part() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "portals.md").read_text(encoding="utf-8")

    def names(part: type[Part]) -> set[str]:
        return set(part.model_fields).union(*(names(derived) for derived in part.__subclasses__()))

    assert names(Part) <= set(re.findall(r"\w+", guide))


@pytest.mark.parametrize(
    ("day", "text", "value"),
    [
        # a Monday, the Sunday after it, and a week over the turn of the year
        (date(2026, 11, 16), "{monday} to {sunday}", "2026-11-16 to 2026-11-22"),
        (date(2026, 11, 22), "{monday} to {sunday}", "2026-11-16 to 2026-11-22"),
        (date(2026, 11, 23), "{monday} to {sunday}", "2026-11-23 to 2026-11-29"),
        (date(2027, 1, 1), "{monday}..{sunday}", "2026-12-28..2027-01-03"),
        (date(2026, 11, 25), "{monday:%d/%m/%Y}", "23/11/2026"),
        (date(2026, 11, 25), "{sunday:%G-W%V}", "2026-W48"),
        (date(2026, 11, 25), "{{done}}", "{done}"),
    ],
)
def test_the_week_of_what_is_done_is_written_as_the_portal_wants_it(
    tmp_path: Path, day: date, text: str, value: str
) -> None:
    mine = f'extends: atoz\nname: mine\nboard: {{completed_query: {{date: "{text}"}}}}\n'
    board = load(written(tmp_path, mine)).board
    assert board.completed_in_week_of(day) == {"status": "4", "date": value}


def test_a_definition_need_not_list_what_is_done_and_data_may_list_it_in_a_way_of_its_own(tmp_path: Path) -> None:
    none = load(written(tmp_path, "extends: atoz\nname: mine\nboard: {completed_query: null}\n"))
    assert none.board.completed_in_week_of(date(2026, 11, 25)) is None
    text = "extends: script\nname: mine\nboard:\n  completed_query: {state: done}\n"
    day = date(2026, 11, 25)
    mine = load(written(tmp_path, text)).without_browser()
    assert mine.board.completed_in_week_of(day) == {"state": "done"}
    mine = load(written(tmp_path, text + '  data: {completed_query: {since: "{monday:%d.%m.%Y}"}}\n'))
    assert mine.board.completed_in_week_of(day) == {"state": "done"}
    assert mine.without_browser().board.completed_in_week_of(day) == {"since": "23.11.2026"}


# --- extending --------------------------------------------------------------------------------------------------------


def test_a_definition_extends_another_and_changes_what_it_names(tmp_path: Path) -> None:
    written(
        tmp_path, "extends: atoz\nname: parent\nboard:\n  pagination: {rows_per_page: 25}\nkinds: [BSL]\n", "p.yaml"
    )
    child = load(written(tmp_path, "extends: p.yaml\nname: child\nstatuses: {offered: free}\n"))
    atoz = load("atoz")
    assert child.name == "child"
    assert list(child.kinds) == ["BSL"]
    assert child.statuses == {**atoz.statuses, "offered": Meaning.FREE}
    assert child.board.pagination is not None
    assert child.board.pagination.rows_per_page == 25
    assert child.board.rows == atoz.board.rows


def test_a_mistake_is_named_in_the_file_in_which_it_stands(tmp_path: Path) -> None:
    written(tmp_path, "extends: atoz\nname: parent\ntime_zone: nowhere\n", "parent.yaml")
    found = problems(written(tmp_path, "extends: parent.yaml\nname: child\nbase_url: nowhere\n"))
    assert [(problem.file, problem.line, problem.field) for problem in found] == [
        ("mine.yaml", 3, "base_url"),
        ("parent.yaml", 3, "time_zone"),
    ]


def test_a_circle_is_told(tmp_path: Path) -> None:
    written(tmp_path, "extends: mine.yaml\n", "other.yaml")
    found = problems(written(tmp_path, "extends: other.yaml\n"))
    assert "round in circles: mine.yaml -> other.yaml -> mine.yaml" in str(found[0])


def test_a_parent_that_is_not_there_is_named_at_its_line(tmp_path: Path) -> None:
    found = problems(written(tmp_path, "name: mine\nextends: nobody\n"))
    assert (found[0].line, found[0].field) == (2, "extends")


# --- any file ---------------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


ATOZ_TREE = yaml.safe_load(ATOZ_YAML)
PLACES = [place for place in places(ATOZ_TREE) if place]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PLACES), trees)
def test_whatever_stands_in_a_field_is_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], value: Any
) -> None:
    tree = deepcopy(ATOZ_TREE)
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    file = written(tmp_path_factory.mktemp("definition"), yaml.safe_dump(tree))
    found: tuple[Problem, ...] = ()
    try:
        load(file)
    except DefinitionError as error:
        found = error.problems
    for problem in found:
        assert problem.line is not None
        assert problem.message


# --- kinds and lanes --------------------------------------------------------------------------------------------------


def test_a_portal_s_own_words_for_a_kind_mean_the_kind(tmp_path: Path) -> None:
    words = "kinds:\n  Telephone Interpreting: [Remote phone, OPI]\n  BSL: []\n"
    definition = load(written(tmp_path, f"extends: cards\nname: mine\n{words}"))
    assert list(definition.kinds) == ["Telephone Interpreting", "BSL"]
    for said, means in [("remote  PHONE", "Telephone Interpreting"), ("opi", "Telephone Interpreting"), ("bsl", "BSL")]:
        assert definition.kind_of(said) == means
    assert definition.kind_of("Theatre") is None
    page = (Path(__file__).parents[1] / "pages" / "cards-board" / "page.html").read_text(encoding="utf-8")
    page = re.sub(r'(class="card__what">)[^<]*', r"\1Remote phone", page)
    board = parse_board(page, definition=definition, page_url=f"{definition.base_url}/board")
    assert {row.job.kind for row in board.rows} == {"Telephone Interpreting"}


def test_a_word_that_means_two_kinds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="“Phone” is a name of two kinds"):
        load(written(tmp_path, "extends: cards\nname: mine\nkinds:\n  A: [Phone]\n  B: [phone]\n"))


def test_what_auto_means_is_the_portal_s_to_say(tmp_path: Path) -> None:
    assert [load(name).lane for name in ("atoz", "simulator", "cards", "script", "tickets")] == ["http"] * 5
    assert load(written(tmp_path, "extends: script\nname: mine\nlane: page\n")).lane == "page"


def test_a_part_of_another_make_is_replaced_as_a_whole(tmp_path: Path) -> None:
    child = load(written(tmp_path, "extends: script\nname: mine\nsign_in: {way: http, path: /}\n"))
    assert (child.sign_in.way, child.sign_in.path, child.sign_in.refusals) == ("http", "/", ())
    same = load(written(tmp_path, "extends: script\nname: mine\nsign_in: {way: form, path: /enter}\n"))
    assert (same.sign_in.path, same.sign_in.form) == ("/enter", load("script").sign_in.form)
    # as it is handed to the browser's process
    assert PortalDefinition.model_validate(child.model_dump(mode="json", exclude_unset=True)) == child
