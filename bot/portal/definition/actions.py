"""The parts of a definition that say what can be done: signing in, accepting, rejecting."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.portal.definition.types import AddressPath, JsonPath, PageText, Part, Pattern, Place, Selector

# --- signing in -------------------------------------------------------------------------------------------------------


class RefusalCode(StrEnum):
    """Why the portal does not let us in; each is something that only the owner can mend."""

    WRONG_CREDENTIALS = "wrong_credentials"
    LOCKED_OUT = "locked_out"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_UNAPPROVED = "account_unapproved"
    EMAIL_UNCONFIRMED = "email_unconfirmed"
    CODE_REQUIRED = "code_required"


class Refusal(Part):
    """How one refusal reads; all that is given must be so."""

    code: RefusalCode
    #: the page on which it stands
    path: AddressPath | None = None
    selector: Selector | None = None
    #: what the element says; its group ``seconds``, where it has one, is how long to wait
    pattern: Pattern | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.path is None and self.selector is None:
            raise ValueError("needs a path or a selector to be recognised by")
        if self.pattern is not None and self.selector is None:
            raise ValueError("a pattern needs the selector of the element in which it stands")
        return self


class SignIn(Part):
    """How to sign in: with a form that asks for name and password, or by HTTP authentication."""

    #: ``form``: the fields below; ``http``: the browser itself asks (HTTP authentication, Basic)
    way: Literal["form", "http"]
    #: the page with the form; with ``http`` any page that asks. It may be the board's own
    path: AddressPath
    form: Selector = "form"
    #: within the form
    username: Selector = "input[type=text], input[type=email]"
    password: Selector = "input[type=password]"  # noqa: S105 (where it is typed, not what)
    #: a box that makes the portal remember us, where there is one
    remember: Selector | None = None
    submit: Selector = "button[type=submit], input[type=submit]"
    #: in the order in which they are asked; the first that fits counts
    refusals: tuple[Refusal, ...] = ()

    @model_validator(mode="after")
    def _a_form_is_described(self) -> Self:
        described = {"form", "username", "password", "submit"} & self.model_fields_set
        if self.way == "form" and len(described) < 4:  # noqa: PLR2004 - the four of the line above
            raise ValueError("a form is described by form, username, password and submit")
        if self.way == "http" and (described or self.remember):
            raise ValueError("with HTTP authentication there is no form: leave its fields out")
        return self


# --- accepting and rejecting ------------------------------------------------------------------------------------------


class When(Part):
    """In a row that comes as JSON: the value that says that something can be done."""

    path: JsonPath
    #: texts, numbers and yes or no alike, e.g. ``accept``, ``1``, ``true``
    value: str


class Request(Part):
    """A request that the portal's script would send; for rows that come as JSON and hold no form."""

    method: Literal["post", "get"] = "post"
    #: the names of ``pages.token_fields`` get the token that the portal shows; leave their values empty
    fields: dict[str, str] = Field(default_factory=dict)
    #: where the answer, JSON as well, says in words what came of it
    message: JsonPath | None = None


class AcceptPage(Part):
    """A page between a row and the accept: one that asks once more, or an edit form that is filled in first.

    The job must read as free in the very answer from which the form is taken.
    """

    form: Selector
    #: what the button says that sends it
    button: PageText
    #: where the form leads
    path: AddressPath
    #: how a free job reads on this page; all of it must be so. With a text the element is there in any case and says
    #: this where the job is free; without one the element is there only where it is free
    free: Annotated[tuple[Place, ...], Field(min_length=1)]
    #: fields that are set before it is sent, by their names: a text, or the text of the choice in a select or of the
    #: label of a radio button; ``{user_name}`` stands for the signed-in user's name
    set: dict[str, str] = Field(default_factory=dict)


class Link(Part):
    """A link or a form in a row, known by what it says and where it leads."""

    #: within the row
    selector: Selector = "form, a"
    #: what its button, or the link, says
    text: str = ""
    path: AddressPath
    #: for rows that come as JSON
    when: When | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.when is None and not self.text:
            raise ValueError("text is missing: what its button, or the link, says")
        return self


class Accept(Link):
    """How a job is taken.

    ``form``: the row holds a form that takes it. ``link``: following a link in the row takes it; such a link is never
    fetched ahead. ``page``: a link in the row leads to a page with the form that takes it; fetching that page changes
    nothing. ``button``: a button in the row, whose script sends ``request`` to ``path``.
    """

    way: Literal["form", "link", "page", "button"] = "form"
    page: AcceptPage | None = None
    #: what a script sends, for buttons and for rows that come as JSON; nothing: a POST without fields
    request: Request = Request()
    #: a job that is free may come without it (it wants a quote, or cannot be had); otherwise a board on which no free
    #: job has one is a changed portal
    optional: bool = False
    #: messages after which the job is probably ours; a hint, never the evidence
    accepted_texts: tuple[PageText, ...] = ()
    #: messages after which it is probably not
    refused_texts: tuple[PageText, ...] = ()

    @model_validator(mode="after")
    def _page_where_it_belongs(self) -> Self:
        if (self.way == "page") is not (self.page is not None):
            raise ValueError("way: page and the part page belong together")
        return self
