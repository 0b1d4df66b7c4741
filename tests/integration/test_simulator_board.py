"""The simulator's board: paging, order, filters and every shape of row that the facts about the portal name."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest

from tests.support.fixtures_simulator import Member
from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_visitor import Row, Visitor

TODAY = datetime.now(UTC).date()
HEADINGS = ["Ref", "Submitted", "Appt. Date", "Appt. Time", "Duration", "Language", "Status", "Action"]


def test_an_empty_board_says_so_in_one_row(signed_in: Member) -> None:
    page = signed_in.visitor.get("/?status=0")
    (row,) = page.html.css("tbody tr.table__row")
    (cell,) = row.css("td[colspan]")
    assert cell.text(strip=True) == "There are no interpreter jobs"
    assert page.text(".nav .badge") == "0"
    assert page.html.css_first("ul.pagination") is None


def test_both_addresses_of_the_board_show_the_same(signed_in: Member) -> None:
    signed_in.post_job()
    one, other = (signed_in.visitor.get(path) for path in ("/", "/interpreter-jobs"))
    assert one.rows == other.rows
    assert one.texts("thead th.table__heading") == HEADINGS


def test_a_job_that_can_be_accepted(signed_in: Member) -> None:
    number = signed_in.post_job(
        submitted_on="2026-11-20",
        appointment_date="2026-11-25",
        appointment_time="09:30",
        duration_minutes=90,
        language="Polish",
    )
    row = signed_in.visitor.get("/").row(number)
    assert {name: row.cells[name] for name in HEADINGS[:-1]} == {
        "Ref": f"{number}/atoz",
        "Submitted": "20/11/2026",
        "Appt. Date": "25/11/2026",
        "Appt. Time": "09:30",
        "Duration": "1 hours 30 minutes",
        "Language": "Polish",
        "Status": "matched",
    }
    assert {"status", "status--matched", "table__data"} <= set(row.status_classes)
    assert set(row.forms) == {"Accept", "Reject"}
    action, fields = row.forms["Accept"]
    assert action == f"/interpreter-jobs/{number}/matched"
    assert fields["_method"] == "PUT"
    assert set(fields) == {"_method", "_token"}
    action, fields = row.forms["Reject"]
    assert action == f"/interpreter-jobs/{number}/matched/reject"
    assert set(fields) == {"_token"}
    assert row.links == {"View": f"{signed_in.simulator.base_url}/interpreter-jobs/{number}"}
    html = signed_in.visitor.get("/").html
    assert [node.text(strip=True) for node in html.css("tbody .btn--primary")] == ["Accept"]
    assert [node.text(strip=True) for node in html.css("tbody .btn--reject")] == ["Reject"]
    assert [node.text(strip=True) for node in html.css("tbody .btn--secondary")] == ["View"]


@pytest.mark.parametrize(("asked", "shown"), [(True, "/atoz1"), ("*", "/atoz*"), (False, "/atoz")])
def test_a_stray_character_stands_after_the_reference(signed_in: Member, asked: bool | str, shown: str) -> None:
    number = signed_in.post_job(stray_character=asked)
    assert signed_in.visitor.get("/").row(number).cells["Ref"] == number + shown


@pytest.mark.parametrize("empty", ["", None])
def test_a_time_can_be_missing(signed_in: Member, empty: str | None) -> None:
    number = signed_in.post_job(appointment_time=empty)
    assert signed_in.visitor.get("/").row(number).cells["Appt. Time"] == ""


@pytest.mark.parametrize(
    ("minutes", "shown"), [(45, "0 hours 45 minutes"), (60, "1 hours 0 minutes"), (135, "2 hours 15 minutes")]
)
def test_durations_know_no_singular(signed_in: Member, minutes: int, shown: str) -> None:
    number = signed_in.post_job(duration_minutes=minutes)
    assert signed_in.visitor.get("/").row(number).cells["Duration"] == shown


def test_where_a_quote_is_wanted_accept_is_a_link_that_accepts_nothing(signed_in: Member) -> None:
    number = signed_in.post_job(quote_only=True)
    row = signed_in.visitor.get("/").row(number)
    assert set(row.forms) == {"Reject"}
    assert row.links["Accept"] == f"/interpreter-jobs/{number}/quotes"
    page = signed_in.visitor.get(row.links["Accept"])
    assert page.status == 200
    truth = signed_in.simulator.truth(number)
    assert (truth.status, truth.accepts) == ("pending", ())
    accept = {"_method": "PUT", "_token": page.token}
    signed_in.visitor.post(f"/interpreter-jobs/{number}/matched", accept)
    assert signed_in.visitor.get("/").messages == ["You cannot accept this job"]
    assert signed_in.simulator.truth(number).holder is None


def test_a_quote_makes_the_job_quoted(signed_in: Member) -> None:
    number = signed_in.post_job(quote_only=True)
    address = f"/interpreter-jobs/{number}/quotes"
    form = {"_token": signed_in.visitor.get(address).token, "amount": "45.00"}
    assert signed_in.visitor.send((address, form)).messages == ["Quote sent"]
    row = signed_in.visitor.get("/?status=0").row(number)  # the job itself is pending while nobody has it
    assert (row.cells["Status"], set(row.forms), set(row.links)) == ("quoted", set(), {"View"})


def test_a_rejected_job_still_shows_accept(signed_in: Member) -> None:
    number = signed_in.post_job()
    page = signed_in.visitor.send(signed_in.visitor.get("/").row(number).forms["Reject"], referer="/?status=0&page=3")
    assert page.url.path == "/interpreter-jobs"
    assert page.messages == ["Job rejected"]
    row = signed_in.visitor.get("/?status=0").row(number)
    assert (row.cells["Status"], set(row.forms)) == ("rejected", {"Accept"})
    signed_in.visitor.accept(number)
    assert signed_in.simulator.truth(number).holder == signed_in.us


def test_an_assigned_job_shows_unassign_and_complete(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.accept(number)
    row = signed_in.visitor.get("/").row(number)
    assert (row.cells["Status"], set(row.forms)) == ("assigned", {"Unassign", "Complete"})
    action, fields = row.forms["Unassign"]
    assert re.fullmatch(rf"/interpreter-jobs/{number}/matched/\d+/unassign", action)
    assert fields["_method"] == "DELETE"
    for form in ("unassign", "complete"):
        button = f"form[action$={form}] input[type=submit]"
        assert "confirm(" in signed_in.visitor.get("/").attribute(button, "onclick")


def test_an_assigned_job_that_has_begun_can_be_completed(signed_in: Member) -> None:
    number = signed_in.post_job(appointment_date=TODAY - timedelta(days=1), appointment_time="09:00")
    signed_in.simulator.assign(number, signed_in.us)
    row = signed_in.visitor.get("/").row(number)
    assert set(row.forms) == {"Unassign", "Complete"}
    page = signed_in.visitor.send(row.forms["Complete"], referer=f"{signed_in.simulator.base_url}/?status=4")
    assert page.messages == ["Job completed"]
    assert (page.row(number).cells["Status"], page.row(number).forms) == ("completed", {})


def test_a_cancelled_job_stays_and_offers_nothing(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.cancel(number)
    row = signed_in.visitor.get("/").row(number)
    assert (row.cells["Status"], row.forms, set(row.links)) == ("cancelled", {}, {"View"})
    assert signed_in.visitor.get("/?status=0").rows == []
    assert signed_in.visitor.get("/?status=2").row(number).cells["Ref"] == f"{number}/atoz"


def _order(row: Row) -> tuple[str, str]:
    day, month, year = row.cells["Appt. Date"].split("/")
    return f"{year}-{month}-{day}", row.cells["Appt. Time"]


def test_ten_a_page_the_latest_appointment_first_and_every_job_once(signed_in: Member) -> None:
    posted = {signed_in.post_job() for _ in range(37)}
    pages = [signed_in.visitor.get(f"/?status=0&page={number}") for number in range(1, 5)]
    assert [len(page.rows) for page in pages] == [10, 10, 10, 7]
    assert {page.text(".nav .badge") for page in pages} == {"37"}
    rows = [row for page in pages for row in page.rows]
    assert sorted(row.number for row in rows) == sorted(posted)
    assert [_order(row) for row in rows] == sorted((_order(row) for row in rows), reverse=True)
    assert signed_in.visitor.get("/?status=0&page=5").rows == []


def test_the_pagination_links_keep_the_filters(signed_in: Member) -> None:
    for _ in range(21):
        signed_in.post_job()
    page = signed_in.visitor.get("/?status=0&page=2")
    assert page.text("ul.pagination .active") == "2"
    links = {node.text(strip=True): node.attributes["href"] or "" for node in page.html.css("ul.pagination a")}
    assert set(links) == {"‹", "1", "3", "›"}
    assert links["3"] == f"{signed_in.simulator.base_url}?status=0&page=3"
    assert len(signed_in.visitor.get(urljoin(str(page.url), links["3"])).rows) == 1


def test_with_many_pages_not_every_page_is_linked(signed_in: Member) -> None:
    for _ in range(131):
        signed_in.post_job()
    page = signed_in.visitor.get("/?status=0")
    numbers = [text for text in page.texts("ul.pagination .page-link") if text not in "‹›"]
    assert numbers == ["1", "2", "3", "4", "5", "6", "7", "8", "...", "13", "14"]
    assert len(signed_in.visitor.all_rows("status=0")) == 131


def test_a_new_job_stands_where_its_date_puts_it(signed_in: Member) -> None:
    for days in range(20, 41):
        signed_in.post_job(appointment_date=TODAY + timedelta(days=days), appointment_time="10:00")
    number = signed_in.post_job(appointment_date=TODAY + timedelta(days=29, weeks=-1), appointment_time="10:30")
    pages = [[row.number for row in signed_in.visitor.get(f"/?page={page}").rows] for page in (1, 2, 3)]
    assert number in pages[1] + pages[2]


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1e3", "٣", "9" * 50])
def test_a_page_that_is_no_number_is_the_first(signed_in: Member, page: str) -> None:
    number = signed_in.post_job()
    assert signed_in.visitor.get(f"/?page={page}").row(number)


def test_filters(signed_in: Member) -> None:
    polish = signed_in.post_job(language="Polish", appointment_date="2026-11-25", appointment_time="10:00")
    urdu = signed_in.post_job(language="Urdu", appointment_date="2026-11-28", appointment_time="10:00")
    later = signed_in.post_job(
        language="Urdu", appointment_date="2026-12-01", appointment_time="10:00", client_reference="AB-77"
    )

    def shown(query: str) -> list[str]:
        return [row.number for row in signed_in.visitor.get(f"/?{query}").rows]

    html = signed_in.visitor.get("/").html
    options = {node.text(strip=True): node.attributes["value"] for node in html.css("select[name=language_id] option")}
    statuses = {node.attributes["value"]: node.text(strip=True) for node in html.css("select[name=status] option")}
    assert [statuses[value] for value in "012345"] == [
        "Pending", "Assigned", "Cancelled", "Rejected", "Completed", "Quoted",
    ]  # fmt: skip
    assert shown("") == [later, urdu, polish]
    assert shown(f"language_id={options['Urdu']}") == [later, urdu]
    assert shown("date=2026-11-25") == [polish]
    assert shown("date=2026-11-25+to+2026-11-30") == [urdu, polish]
    assert shown("date=2026-11-26 to 2026-12-01") == [later, urdu]
    assert shown("date=soon") == [later, urdu, polish]
    assert shown(f"search={urdu}") == [urdu]
    assert shown("search=ab-77") == [later]
    assert shown("search=nothing+like+it") == []
    assert shown("status=0") == [later, urdu, polish]
    assert shown("status=") == [later, urdu, polish]
    assert shown("status=1") == []
    signed_in.simulator.assign(urdu, signed_in.us)
    assert shown("status=1") == [urdu]
    assert shown(f"status=0&language_id={options['Urdu']}") == [later]
    assert signed_in.visitor.get("/?status=1").text(".nav .badge") == "1"


def test_the_badge_can_count_everything(signed_in: Member) -> None:
    taken, _ = signed_in.post_job(), signed_in.post_job()
    signed_in.simulator.assign(taken, signed_in.us)
    signed_in.simulator.set(badge_counts="everything")
    assert signed_in.visitor.get("/?status=0").text(".nav .badge") == "2"


def test_other_roles_see_more_columns_in_the_middle(signed_in: Member) -> None:
    number = signed_in.post_job(language="Dari")
    signed_in.simulator.set(more_columns=True)
    page = signed_in.visitor.get("/")
    assert page.texts("thead th.table__heading") == [*HEADINGS[:6], "Client", "Company", *HEADINGS[6:]]
    row = page.row(number)
    assert (row.cells["Language"], row.cells["Status"], set(row.forms)) == ("Dari", "matched", {"Accept", "Reject"})


def test_jobs_that_overlap_an_assigned_one_are_hidden_and_can_be_accepted_all_the_same(signed_in: Member) -> None:
    def at(time: str, minutes: int) -> str:
        return signed_in.post_job(appointment_date="2026-12-05", appointment_time=time, duration_minutes=minutes)

    assigned, before, touching, inside, after = (
        at("10:00", 60),
        at("09:00", 60),
        at("09:30", 45),
        at("10:15", 15),
        at("11:00", 30),
    )
    timeless = signed_in.post_job(appointment_date="2026-12-05", appointment_time="")
    shown = signed_in.visitor.get("/?status=0")
    direct = shown.row(inside).forms["Accept"]
    assert len(shown.rows) == 6
    signed_in.visitor.send(shown.row(assigned).forms["Accept"])
    page = signed_in.visitor.get("/?status=0")
    assert {row.number for row in page.rows} == {before, after, timeless}
    assert page.text(".nav .badge") == "3"
    assert {row.number for row in signed_in.visitor.get("/").rows} == {assigned, before, after, timeless}
    assert signed_in.visitor.get(f"/interpreter-jobs/{touching}").status == 200
    assert "Job accepted" in signed_in.visitor.send(direct).messages
    assert signed_in.simulator.truth(inside).holder == signed_in.us
    assert {row.number for row in signed_in.visitor.get("/?status=1").rows} == {assigned, inside}


def test_what_was_hidden_comes_back_when_the_assigned_job_is_given_back(signed_in: Member) -> None:
    there = {"appointment_date": "2026-12-06", "appointment_time": "10:00", "duration_minutes": 60}
    assigned, hidden = signed_in.post_job(**there), signed_in.post_job(**there)
    signed_in.visitor.accept(assigned)
    assert [row.number for row in signed_in.visitor.get("/").rows] == [assigned]
    signed_in.visitor.send(signed_in.visitor.get("/").row(assigned).forms["Unassign"])
    assert {row.number for row in signed_in.visitor.get("/?status=0").rows} == {assigned, hidden}


def test_hiding_concerns_the_interpreter_alone(member: Member) -> None:
    other = "someone-else@example.com"
    member.simulator.add_account(email=other, password="a password", population=0)
    there = {"appointment_date": "2026-12-07", "appointment_time": "10:00", "accounts": [member.email, other]}
    one, two = (member.simulator.post_job(**there).job_number for _ in range(2))
    member.simulator.assign(one, member.us)
    with Visitor(member.simulator.base_url) as visitor:
        visitor.sign_in(other, "a password")
        assert [row.number for row in visitor.get("/?status=0").rows] == [two]


def test_the_past_fills_the_board_with_every_shape_of_row(simulator: SimulatorProcess) -> None:
    with Visitor(simulator.base_url) as visitor:
        visitor.sign_in(simulator.username, simulator.password)
        rows = visitor.all_rows()
        assert len(rows) >= 45
        assert {row.cells["Status"] for row in rows} == {"assigned", "rejected", "quoted", "cancelled", "completed"}
        assert {"Unassign", "Complete"} in [set(row.forms) for row in rows]
        open_rows = visitor.all_rows("status=0")
        assert {row.cells["Status"] for row in open_rows} == {"rejected", "quoted"}
        simulator.post_job(appointment_date=TODAY + timedelta(days=1), appointment_time="21:00")
        newest = max(visitor.all_rows(), key=lambda row: int(row.number))
        assert newest.number not in [row.number for row in visitor.get("/").rows], "it is not on the first page"


def test_text_of_clients_is_text_and_never_markup(signed_in: Member) -> None:
    number = signed_in.post_job(company_name="<script>alert(1)</script> & Sons", stray_character="<")
    page = signed_in.visitor.get(f"/interpreter-jobs/{number}")
    assert page.details()["Company name:"] == ["<script>alert(1)</script> & Sons"]
    assert page.html.css_first("main script") is None
    assert signed_in.visitor.get("/").row(number).cells["Ref"] == f"{number}/atoz<"
