"""A ticket tracker, in which a job is accepted by setting owner and state in its edit form.

The tickets themselves belong to ``domain.tickets``, what several skins share to ``skins``.
"""
