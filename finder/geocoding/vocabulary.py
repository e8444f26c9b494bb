"""The words around place names: what may be left out, and what says that a place is abroad.

All are tokens (see normalise). Knows no place of the gazetteer.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNITED_STATES = frozenset(
    [
        ("usa",),
        ("us",),
        ("united", "states"),
        ("united", "states", "of", "america"),
        ("america",),
        ("eeuu",),
        ("estados", "unidos"),
    ]
)

BEFORE_A_PLACE = _words("near in around by at from cerca en close within outside")
"""Words after which the rest of a text is a place."""

AFTER_A_PLACE = _words(
    """
    that which who with without for takes taking take accepts accepting accept where because but
    con para que
    """
)
"""Words at which what is said of a place ends."""

AROUND_A_PLACE = BEFORE_A_PLACE | _words(
    """
    a about affordable all am an and any are area best center centers centre centros centro
    city clinic clinics counseling de detox detoxes doctor doctors downtown drug drugs alcohol
    opioid facilities facility find for free get greater heroin help here hospital hospitals house
    i im inpatient is list living local location locations looking me medicaid medicare
    meetings mental health meth methadone metro mi my nearby nearest need of open opiate options or
    outpatient place places please por program programs recovery rehab rehabs rehabilitacion
    rehabilitation residential region service services show sober some suboxone substance
    surrounding that the therapy to town township treatment treatments tratamiento up use veterans
    vicinity village want where with women men zip zipcode code postal
    """
)
"""Words that may be left out at either end where the text with them names nothing."""

_COUNTRIES = _words(
    """
    canada mexico england scotland wales ireland france germany spain italy portugal netherlands
    holland belgium switzerland austria poland sweden norway denmark finland iceland greece turkey
    turkiye russia ukraine romania bulgaria hungary croatia serbia czechia china japan india
    pakistan bangladesh nepal thailand vietnam philippines indonesia malaysia singapore taiwan
    australia brazil brasil argentina chile peru colombia venezuela ecuador bolivia uruguay
    paraguay cuba jamaica haiti bahamas barbados trinidad guatemala honduras nicaragua panama
    belize egypt morocco algeria tunisia libya nigeria ghana kenya ethiopia tanzania uganda
    zimbabwe israel palestine jordan lebanon syria iraq iran qatar kuwait uae yemen afghanistan
    kazakhstan mongolia armenia azerbaijan cyprus malta luxembourg estonia latvia lithuania
    slovakia slovenia albania bosnia kosovo macedonia moldova belarus senegal cameroon angola
    zambia botswana namibia somalia sudan rwanda bermuda aruba curacao guyana suriname fiji
    britain uk gb eu mx au nz fr
    ontario quebec manitoba saskatchewan alberta newfoundland yukon nunavut
    on bc ab qc mb sk ns nb nl pe yt nu
    jalisco sonora chihuahua sinaloa oaxaca yucatan bavaria catalonia punjab victoria queensland
    lombardy sicily tuscany
    """
)
FOREIGN = frozenset((word,) for word in _COUNTRIES) | frozenset(
    tuple(name.split())
    for name in (
        "united kingdom",
        "great britain",
        "northern ireland",
        "new zealand",
        "south africa",
        "saudi arabia",
        "south korea",
        "north korea",
        "sri lanka",
        "costa rica",
        "el salvador",
        "dominican republic",
        "czech republic",
        "hong kong",
        "british columbia",
        "nova scotia",
        "new brunswick",
        "prince edward island",
        "northwest territories",
        "baja california",
        "new south wales",
        "united arab emirates",
    )
)
"""Countries, provinces and their codes: after another name, a place there is meant."""

ALWAYS_FOREIGN = _words(
    """
    canada mexico england scotland ireland france germany spain japan china india australia brazil
    russia uk britain unitedkingdom quebec toronto montreal calgary edmonton winnipeg
    tijuana guadalajara monterrey ciudadjuarez juarez mexicocity tokyo beijing shanghai mumbai
    delhi sydney hongkong buenosaires riodejaneiro saopaulo santodomingo portauprince cancun
    """
)
"""Keys of names abroad so well known that a small American namesake is hardly meant."""

OFTEN_FOREIGN = _words(
    """
    london paris rome berlin madrid dublin moscow athens vienna milan naples florence venice geneva
    amsterdam brussels oxford cambridge manchester birmingham liverpool melbourne perth lima havana
    cairo vancouver ottawa hamilton victoria warsaw prague stockholm oslo lisbon hamburg munich
    cuba lebanon peru jamaica panama poland norway denmark jordan chile malta cyprus ontario bogota
    santiago kingston
    """
)
"""Keys of names that are a well-known place abroad too: American namesakes are less certain."""
