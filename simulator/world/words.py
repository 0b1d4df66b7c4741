"""Texts of the random jobs. All names are invented; phone numbers are from the range reserved for fiction."""

from simulator.domain.jobs import Language

#: With how often each is asked for, as weights.
LANGUAGES: dict[Language, float] = {
    Language(language_id=language_id, name=name): weight
    for language_id, name, weight in (
        (3, "Albanian", 6),
        (5, "Amharic", 3),
        (7, "Arabic", 14),
        (11, "Bengali", 6),
        (14, "British Sign Language", 0),  # only ever asked for as the kind BSL
        (17, "Bulgarian", 4),
        (19, "Cantonese", 4),
        (24, "Czech", 3),
        (26, "Dari", 6),
        (31, "Farsi", 8),
        (34, "French", 4),
        (45, "Italian", 2),
        (52, "Kurdish (Sorani)", 9),
        (58, "Lithuanian", 3),
        (61, "Mandarin", 5),
        (70, "Pashto", 5),
        (72, "Polish", 12),
        (73, "Portuguese", 6),
        (75, "Punjabi", 7),
        (77, "Romanian", 12),
        (78, "Russian", 5),
        (82, "Slovak", 4),
        (83, "Somali", 6),
        (86, "Spanish", 6),
        (91, "Tigrinya", 5),
        (93, "Turkish", 6),
        (94, "Ukrainian", 5),
        (96, "Urdu", 13),
        (98, "Vietnamese", 4),
    )
}

LANGUAGE_BY_NAME = {language.name.casefold(): language for language in LANGUAGES}

#: The language of jobs of the kind BSL.
SIGN_LANGUAGE = LANGUAGE_BY_NAME["british sign language"]

COMPANIES = (
    "Aldermoor Community Health",
    "Brackenfield Council",
    "Calder Vale Hospitals",
    "Dunmere Housing Trust",
    "Eastmarsh County Court",
    "Fenwick & Hale Solicitors",
    "Greyfriars Family Services",
    "Harrowgate Lane Schools",
    "Inkerman Legal Aid",
    "Kestrel Mental Health",
    "Longmere Constabulary",
    "Marlow Street Surgery",
    "Northbeck Refugee Support",
    "Oakhurst Maternity Unit",
)

CLIENTS = (
    "Priya Nandra",
    "Tom Eddery",
    "Helen Askew",
    "Marek Dolny",
    "Grace Okoye",
    "Sian Prosser",
    "Daniel Hurst",
    "Amina Yusufi",
    "Ruth Calloway",
    "Colin Thwaite",
)

SERVICE_USERS = (
    "Mrs A. Example",
    "Mr B. Sample",
    "Ms C. Placeholder",
    "Mr D. Nobody",
    "Miss E. Invented",
    "Mx F. Fictional",
)

QUALIFICATIONS = ("Any qualification", "Community Level 3", "DPSI Qualified", "NRPSI Registered", "Level 6 Diploma")
SECURITY_CHECKS = ("No security check required", "Basic DBS", "Enhanced DBS", "CTC cleared")
GENDERS = ("Any gender", "Any gender", "Any gender", "Female interpreter", "Male interpreter")

INSTRUCTIONS = (
    "",
    "",
    "Please arrive ten minutes early and report to reception.",
    "Please bring photo ID.",
    "The appointment may run over by fifteen minutes.",
    "Timesheet to be signed by the professional in charge.",
)
REMOTE_INSTRUCTIONS = (
    "",
    "",
    "The caller will ring you at the appointment time.",
    "A link will be sent an hour before the appointment.",
    "Please be in a quiet room with the door closed.",
)

STREETS = ("Mill Lane", "Station Road", "Castle Street", "Priory Way", "Albert Terrace", "Canal Walk", "Beech Avenue")
#: Town and the postcode area that goes with it.
TOWNS = (
    ("Manchester", "M"),
    ("Leeds", "LS"),
    ("Birmingham", "B"),
    ("Bradford", "BD"),
    ("Liverpool", "L"),
    ("Sheffield", "S"),
    ("Nottingham", "NG"),
    ("Bolton", "BL"),
    ("London", "E"),
    ("Bristol", "BS"),
)

#: How people type the kinds, beside the agency's own way.
OTHER_SPELLINGS: dict[str, tuple[str, ...]] = {
    "Face to Face": ("Face to face", "face to face", "FACE TO FACE"),
    "Telephone Interpreting": ("Telephone interpreting", "telephone interpreting"),
    "Video Interpreting": ("Video interpreting", "VIDEO INTERPRETING"),
    "BSL": ("bsl",),
    "Simultaneous": ("simultaneous",),
    "Consecutive": ("consecutive",),
}

#: What stands after the reference of some clients' jobs.
STRAY_CHARACTERS = ("1", "0")

CONTACTS_ON_ARRIVAL = ("Main reception", "Ward clerk, first floor", "Please ring the bell at the side entrance")
