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
    a about affordable all am an and any are area best center centers centre centros centro city
    clinic clinics counseling de detox detoxes doctor doctors downtown drug drugs alcohol opioid
    facilities facility find for free get greater heroin help here hospital hospitals house i im
    inpatient is list living local location locations looking me medicaid medicare meetings mental
    health meth methadone metro mi my nearby nearest need of open opiate options or outpatient
    place places please por program programs recovery rehab rehabs rehabilitacion rehabilitation
    residential region service services show sober some suboxone substance surrounding that the
    therapy to town township treatment treatments tratamiento up use veterans vicinity village
    want where with women men zip zipcode code postal adiccion adicciones alcoholismo ayuda busco
    ciudad clinica desintoxicacion drogas hombres metadona mujeres necesito programa programas
    quiero
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
    munchen koln roma milano napoli firenze venezia wien praha warszawa moskva lisboa sevilla
    bruxelles kobenhavn goteborg zurich geneve athina beograd bucuresti lahabana habana londres
    ciudaddemexico mexicodf cdmx ciudaddeguatemala ciudaddepanama nuevadelhi pekin
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

MILITARY_OFFICES = _words("apo fpo dpo")
MILITARY_STATES = _words("aa ae ap")

STREET_WORDS = _words(
    """
    street avenue ave av road rd drive dr boulevard blvd lane ln court ct highway hwy parkway
    pkwy freeway place pl plaza terrace ter circle cir square way and y esquina corner calle at
    box suite ste unit apt apartment floor
    """
)
"""Words that make a text the address of a spot in a city."""

COUNTY_WORDS = {
    "condado": "county",
    "county": "county",
    "parish": "parish",
    "parroquia": "parish",
    "borough": "borough",
    "municipio": "municipio",
}
"""What "of" or "de" may follow: "Condado de Los Angeles", "Parish of Orleans"."""

OF = _words("of de del")

EVERYDAY_WORDS = _words(
    """
    about above address after again against all also always am amazing and another answer anything
    apple april are area asdf asdfg asdfgh august awesome baby back bad bag banana bar bear
    because bed been before being below between bird black blah blue body book boy bread brother
    but button buy call called can car care cat chair change cheap child children city click close
    cold come cool could country crazy day days daughter dear december did does dog doing done
    dont door down dream drink early earth easy eat email english enough error even evening ever
    every example eyes face facebook family far fast father february feel file find fine fire
    first fish flower foo food foobar foot forever friday friend friends from full game girl girls
    give god going gone good google great green guest hand happy hard hate have head heart hello
    help her here high him his hola home hope hot house how however hungry idea info inside
    internet into issue january job july june just keep kind king know lady last later laugh left
    lemon less letter life light like line list little live login long look lost lots love lunch
    mail make man many march maybe mean meat men menu message milk mind mine mobile moment monday
    money month mood moon more morning most mother mouse movie much music name nada need never new
    news next nice night nobody none nope nothing november now null number october off often okay
    old once one only open orange order other our out over page paper party password pasta people
    person phone picture pizza place play please plus potato power pretty price problem question
    quick quiet qwer qwert qwerty rain ready really red right river room run sad same saturday
    save school search second see send september seven share she shit shop short should show sick
    side simple sister sleep slow small smile snow some someone something song soon sorry sound
    start stop story street strong stuff sugar summer sunday sure table take talk tea teacher
    teeth tell test testing tests text than thank thanks that their them then there these they
    thing things think this thursday ticket time tired today together tomato tomorrow tonight too
    travel tree true select medicine narnia try tuesday turn twitter two uncle under undefined
    until user username users using very video visit void voice wait walk want warm was wash water
    way weather website wednesday week well were what when where which white who whole whose why
    will wind window winter wish with without woman women wonder word words work world would write
    wrong yellow yes yesterday you young your zero zxcv zxcvb gracias buenos dias amigo amor casa
    comida dinero mucho nada nombre perro persona por favor prueba que quien quiero siempre tiempo
    todo trabajo vida
    """
)
"""Words that are hardly ever meant for a name that is spelled much like them."""
