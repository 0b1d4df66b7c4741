"""Names of a job's fields that the rules and the settings share."""

#: The fields of a job that hold text, in the order in which settings and messages list them.
TEXT_FIELDS: tuple[str, ...] = (
    "reference",
    "language",
    "kind",
    "company_name",
    "client_name",
    "client_reference",
    "qualification",
    "security_check",
    "gender",
    "address",
    "postcode",
    "special_instructions",
)
