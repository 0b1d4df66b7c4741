"""A page between a row and the accept: one that asks once more, or an edit form in which fields are set first."""

from datetime import timedelta

from selectolax.lexbor import LexborNode

from bot.portal.definition.model import OWN_NAME, AcceptPage, PortalDefinition
from bot.portal.models import Form
from bot.portal.parsing.html import attribute, button_of, form_as_sent, option_value, text_of
from bot.portal.parsing.page import HtmlPage
from bot.portal.parsing.values import one_line, same_text

#: A page that says that a job is free is believed for so long; an answer that took longer may tell of what was.
FRESH = timedelta(seconds=3)


def read_accept_page(
    html: str, *, definition: PortalDefinition, page_url: str, portal_id: str, user_name: str | None = None
) -> Form | None:
    """The form that takes the job, ready to be sent; None where the job is not free on this very page.

    ``user_name``: who must be signed in, where that is known: the form may put that name into the job.

    On many systems sending a form takes an item from whoever holds it, without a word: so the page from which the form
    comes has to show the job as free. Raises SignInAgain, RetryLater or LayoutChanged for anything but a whole,
    understood page; ValueError where the definition has no such page.
    """
    shape = definition.accept.page
    if shape is None:
        raise ValueError(f"{definition.name} has no page between a row and the accept")
    page = HtmlPage(html, url=page_url, definition=definition)
    page.require_whole()
    if user_name is not None and page.user_name != user_name:
        raise page.changed(f"the page belongs to “{page.user_name}”, not to “{user_name}”")
    if not _is_free(page, shape):
        return None
    forms = [
        form
        for form in page.tree.css(shape.form)
        if page.leads_to(attribute(form, "action") or page_url, shape.path, portal_id)
    ]
    if len(forms) != 1:
        raise page.changed(f"the page that accepts a job has {len(forms)} forms that do")
    button = button_of(forms[0], one_line(shape.button).casefold())
    if button is None:
        raise page.changed(f"the form that accepts a job has no button “{shape.button}”")
    return _filled(page, shape, forms[0], button)


def _is_free(page: HtmlPage, shape: AcceptPage) -> bool:
    """Whether all that shows a free job is there; raises LayoutChanged where a place that says so has no element."""
    for place in shape.free:
        node = page.tree.css_first(place.selector)
        if place.text is None:
            if node is None:
                return False
        elif node is None:
            raise page.changed(f"the page that accepts a job does not show “{place.selector}”")
        elif not same_text(text_of(node), place.text):
            return False
    return True


def _filled(page: HtmlPage, shape: AcceptPage, form: LexborNode, button: LexborNode) -> Form:
    sent = form_as_sent(form, button, page_url=page.url, base_url=page.definition.base_url)
    chosen = {name: _value(page, form, name, value) for name, value in shape.set.items()}
    kept = tuple((name, value) for name, value in sent.fields if name not in chosen)
    return Form(action=sent.action, method=sent.method, fields=(*kept, *chosen.items()))


def _value(page: HtmlPage, form: LexborNode, name: str, wanted: str) -> str:
    """What is sent for a field when a person chooses or types ``wanted``; raises LayoutChanged where nobody could."""
    text = wanted.replace(OWN_NAME, page.user_name or "")
    nodes = [node for node in form.css("input, select, textarea") if attribute(node, "name") == name]
    if not nodes:
        raise page.changed(f"the form that accepts a job has no field “{name}”")
    if nodes[0].tag == "select":
        options = [option for option in nodes[0].css("option") if "disabled" not in option.attributes]
        values = [option_value(option) for option in options if same_text(text_of(option), text)]
    elif attribute(nodes[0], "type").lower() in ("radio", "checkbox"):
        values = [attribute(node, "value") or "on" for node in nodes if same_text(_label(page, node), text)]
    else:
        values = [text]
    if len(values) != 1:
        raise page.changed(f"the field “{name}” offers “{text}” {len(values)} times")
    return values[0]


def _label(page: HtmlPage, node: LexborNode) -> str:
    """What stands beside a radio button or a box: its label, around it or for it; else its value."""
    parent = node.parent
    while parent is not None and parent.tag not in ("label", "form"):
        parent = parent.parent
    if parent is not None and parent.tag == "label":
        return text_of(parent)
    named = attribute(node, "id")
    for label in page.tree.css("label"):
        if named and attribute(label, "for") == named:
            return text_of(label)
    return attribute(node, "value")
