"""The rules about the job itself: its kind, language, length, place and client, and words in its texts."""

from collections.abc import Iterable, Iterator

from bot.domain.job import Job
from bot.domain.local_time import say_minutes
from bot.domain.rules.context import Question, keys, no, one_of, yes
from bot.domain.rules.decision import RuleAnswer
from bot.domain.rules.location import in_any_place, is_whole_postcode, needs_postcode
from bot.domain.rules.rule_set import FIELD_NAMES, PAGE_FIELDS, WordRule
from bot.domain.text_matching import has_words, spelling_key
from common.job_fields import TEXT_FIELDS
from common.states import PortalAction

#: The statuses that say that the owner has answered on the portal, by hand. Such a job stays on the board of what can
#: be accepted while nobody has it.
ANSWERED_BY_HAND = frozenset({"rejected", "quoted"})

#: What a job's own status on the portal means, in words.
_STATUS_WORDS = {
    "assigned": "This job is yours already.",
    "rejected": "You rejected this job on the portal.",
    "quoted": "You sent a quote for this job; it is the client's turn.",
    "cancelled": "This job was cancelled or given to somebody else.",
    "completed": "This job is done.",
    "pending": "This job is not matched to you any more.",
}


def portal_status(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the portal lets the owner accept the job."""
    rule = "portal_status"
    status = spelling_key(q.job.portal_status)
    if status not in keys(q.rules.open_statuses):
        said = _STATUS_WORDS.get(status)
        return no(rule, said or f"The portal shows this job as “{q.job.portal_status}”, which cannot be accepted.")
    if q.job.action is PortalAction.QUOTE:
        return no(rule, "The client wants a quote first; such a job cannot be accepted.")
    if q.job.action is not PortalAction.ACCEPT:
        return no(rule, "The portal offers no way to accept this job.")
    return yes(rule, "The portal offers this job to you.")


def kind_wanted(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the job is of a wanted kind."""
    rule, wanted = "job_type_filter", q.rules.job_type_filter
    if q.kind is None:
        if not wanted and not q.rules.exclude_types:
            return yes(rule, "You accept every kind of job.")
        return no(rule, _unknown_kind(q.job))
    if not wanted:
        return yes(rule, f"This is {q.kind}, and you accept every kind that you did not exclude.")
    if spelling_key(q.kind) in keys(wanted):
        return yes(rule, f"This is {q.kind}, a kind that you accept.")
    return no(rule, f"This is {q.kind}, and you accept only {one_of(wanted)}.")


def kind_excluded(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the job is of no excluded kind."""
    rule, excluded = "exclude_types", q.rules.exclude_types
    if not excluded:
        return iter(())
    if q.kind is None:
        return no(rule, f"{_unknown_kind(q.job)} It could be {one_of(excluded)}, which you never accept.")
    if spelling_key(q.kind) in keys(excluded):
        return no(rule, f"This is {q.kind}, and you never accept that kind.")
    return yes(rule, f"This is not {one_of(excluded)}.")


def _unknown_kind(job: Job) -> str:
    if job.kind and spelling_key(job.kind):
        return f"The portal calls this kind of job “{job.kind}”, and that is not a kind that the bot knows."
    return "The portal does not say what kind of job this is."


def languages(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job's language is one of the owner's, and no excluded one."""
    rules, language = q.rules, q.job.language
    if rules.languages:
        if not language:
            yield from no("languages", "The portal does not say which language this is.")
        elif spelling_key(language) in keys(rules.languages):
            yield from yes("languages", f"The language is {language}, one of yours.")
        else:
            yield from no("languages", f"The language is {language}, and you accept only {one_of(rules.languages)}.")
    if rules.exclude_languages:
        rule = "exclude_languages"
        if not language:
            yield from no(rule, "The portal does not say which language this is, so it could be an excluded one.")
        elif spelling_key(language) in keys(rules.exclude_languages):
            yield from no(rule, f"The language is {language}, and you never accept that language.")
        else:
            yield from yes(rule, f"{language} is not a language that you excluded.")


def required_fields(q: Question) -> Iterator[RuleAnswer]:
    """The rule that the portal shows every field that the owner requires."""
    rule, required = "required_fields", q.rules.required_fields
    if not required:
        return iter(())
    missing = [name for name in required if getattr(q.job, name) in (None, "")]
    if missing:
        named = [FIELD_NAMES.get(name, name) for name in missing]
        listed = ", no ".join(named[:-1]) + (" and no " if len(named) > 1 else "") + named[-1]
        return no(rule, f"The portal shows no {listed}, and you accept only jobs that show it.")
    return yes(rule, "The portal shows everything that you asked for.")


def duration(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job is neither too short nor too long."""
    rules, minutes = q.rules, q.job.duration_minutes
    unknown = "The portal does not say how long this job takes."
    if rules.shortest_minutes is not None:
        rule, said = "shortest_minutes", say_minutes(rules.shortest_minutes)
        if minutes is None:
            yield from no(rule, unknown)
        elif minutes >= rules.shortest_minutes:
            yield from yes(rule, f"It takes {say_minutes(minutes)}; you want at least {said}.")
        else:
            yield from no(rule, f"It takes {say_minutes(minutes)}, and you want at least {said}.")
    if rules.longest_minutes is not None:
        rule, said = "longest_minutes", say_minutes(rules.longest_minutes)
        if minutes is None:
            yield from no(rule, unknown)
        elif minutes <= rules.longest_minutes:
            yield from yes(rule, f"It takes {say_minutes(minutes)}; you want at most {said}.")
        else:
            yield from no(rule, f"It takes {say_minutes(minutes)}, and you want at most {said}.")


def places(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job is in a wanted place, and in no excluded one; jobs of remote kinds pass."""
    rules, job = q.rules, q.job
    if not rules.places and not rules.exclude_places:
        return
    remote = q.kind is not None and spelling_key(q.kind) in keys(rules.remote_kinds)
    where = job.postcode or job.address
    for rule, places, wanted in (("places", rules.places, True), ("exclude_places", rules.exclude_places, False)):
        if not places:
            continue
        if remote:
            yield from yes(rule, f"This is {q.kind}: nobody has to travel.")
        elif not where:
            yield from no(rule, "The portal does not say where this job is.")
        elif not wanted and (missing := _missing_part(job, places)):
            yield from no(rule, f"The portal shows no {missing}, so it could be in a place that you excluded.")
        elif in_any_place(places, postcode=job.postcode, address=job.address):
            answer = yes if wanted else no
            yield from answer(
                rule, f"It is in {where}" + (", where you work." if wanted else ", a place that you excluded.")
            )
        elif wanted and any(map(needs_postcode, places)) and not is_whole_postcode(job.postcode):
            yield from no(rule, f"The portal shows no postcode, so nobody can tell whether it is in {one_of(places)}.")
        else:
            answer = no if wanted else yes
            yield from answer(
                rule,
                f"It is in {where}"
                + (f", and you work only in {one_of(places)}." if wanted else ", not in a place that you excluded."),
            )


def _missing_part(job: Job, excluded: tuple[str, ...]) -> str | None:
    """The part of the address that is missing to exclude all of these places; None if none is missing."""
    by_postcode = [needs_postcode(place) for place in excluded]
    if any(by_postcode) and not is_whole_postcode(job.postcode):
        return "postcode"
    return "address" if not all(by_postcode) and not job.address else None


def words(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job's texts contain the wanted words, and no excluded ones."""
    for wanted in q.rules.words_wanted:
        found = found_words(q.job, wanted)
        if found:
            yield from yes("words_wanted", f"“{found}” stands in {_in_fields(wanted)}.")
        else:
            yield from no("words_wanted", f"{_quoted(wanted.words)} stands nowhere in {_in_fields(wanted)}.")
    for excluded in q.rules.words_excluded:
        found = found_words(q.job, excluded)
        if found:
            yield from no("words_excluded", f"“{found}” stands in {_in_fields(excluded)}, and you excluded that.")
        elif _page_unread(q.job):
            yield from no(
                "words_excluded", f"The job's own page was not read, so {_quoted(excluded.words)} could stand there."
            )
        else:
            yield from yes("words_excluded", f"{_quoted(excluded.words)} stands nowhere in {_in_fields(excluded)}.")


def found_words(job: Job, rule: WordRule) -> str | None:
    """The first of the rule's words that occurs in one of its fields; None if none does."""
    for name in rule.fields or TEXT_FIELDS:
        text = getattr(job, name)
        for words in rule.words:
            if text and has_words(text, words):
                return words
    return None


def _page_unread(job: Job) -> bool:
    return all(getattr(job, name) is None for name in PAGE_FIELDS)


def _quoted(words: Iterable[str]) -> str:
    return one_of(f"“{word}”" for word in words)


def _in_fields(rule: WordRule) -> str:
    if not rule.fields:
        return "the job's texts"
    return f"the {one_of(FIELD_NAMES.get(name, name) for name in rule.fields)}"


def clients(q: Question) -> Iterator[RuleAnswer]:
    """The rules that the job is for a wanted client, and for no excluded one."""
    rules = q.rules
    names = tuple(name for name in (q.job.company_name, q.job.client_name) if name)
    said = " / ".join(names)
    if rules.clients:
        if not names:
            yield from no("clients", "The portal does not say who the client is.")
        elif any(has_words(name, wanted) for name in names for wanted in rules.clients):
            yield from yes("clients", f"The client is {said}, one of those that you work for.")
        else:
            yield from no("clients", f"The client is {said}, and you work only for {one_of(rules.clients)}.")
    if rules.exclude_clients:
        rule = "exclude_clients"
        if any(has_words(name, excluded) for name in names for excluded in rules.exclude_clients):
            yield from no(rule, f"The client is {said}, and you never work for them.")
        elif not q.job.company_name or not q.job.client_name:
            missing = "company name" if not q.job.company_name else "client name"
            yield from no(rule, f"The portal shows no {missing}, so it could be a client that you excluded.")
        else:
            yield from yes(rule, f"The client is {said}, not one that you excluded.")
