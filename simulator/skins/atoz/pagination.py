"""Which page numbers a Laravel 5.7 paginator links to: with many pages, not all of them."""

_ON_EACH_SIDE = 3


def page_numbers(page: int, last: int) -> list[int | None]:
    """Numbers in the order shown; None stands for the dots.

    As the class ``UrlWindow`` of Laravel 5.7's pagination does it with three links on each side: below twelve pages all
    are linked, else the first two, the last two and a window around the current one.
    """
    if last < _ON_EACH_SIDE * 2 + 6:
        return list(range(1, last + 1))
    window = _ON_EACH_SIDE * 2
    start, finish = [1, 2], [last - 1, last]
    if page <= window:
        return [*range(1, window + 3), None, *finish]
    if page > last - window:
        return [*start, None, *range(last - (window + 2), last + 1)]
    return [*start, None, *range(page - _ON_EACH_SIDE, page + _ON_EACH_SIDE + 1), None, *finish]
