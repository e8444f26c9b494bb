"""Word lists around place names: stop words, prepositions, streets, countries abroad.

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
    abc about above addict address adiccion after again against age aid air alcohol ale all also
    always am amazing amigo amor and another answer ant anything app apple april are area arm art
    asdf asdfg asdfgh ask ate august awesome baby back bad bag banana bar bear because bed been
    beer before being below between bird bit black blah blue body book bot box boy bread brother
    buenos bus but button buy bye call called can car care casa cat chair change cheap child
    children city click close cocaine cold com come comida cool cop could country cow crazy cry
    cup cut dad daughter day days dear december dias did die dinero does dog doing done dont door
    down dream drink drug drugs due ear early earth easy eat egg email end english enough error
    eve even evening ever every example eyes face facebook family fan faq far fast fat father
    favor february feel fentanyl few file find fine fire first fish fit fix flower fly fog foo
    foobar food foot forever friday friend friends from full fun fur game gap gas gay gin girl
    girls give god going gone good google gracias great green guest gum gun gut guy ham hand happy
    hard has hate have head heart hello help hen her here heroin hey hid high him hip his hit hmm
    hog hola home hope hot house how however hub hug hungry ice idea ill info ink inside internet
    into issue jam january jar jaw jet job joy july june just keep key kid kill kind king know lab
    lady lap last later laugh law lay led left leg lemon less let letter lid lie life light like
    line lip list little live log login lol long look lost lot lots love low lunch mad mail make
    man many map march mat maybe mean meat medicine men menu message meth milk mind mine mix mob
    mobile mom moment monday money month mood moon more morning most mother mouse movie much mucho
    mud music nada name nap narnia need net never new news next nice night nobody nod nombre none
    nope nor nothing november now null number nut oak october odd off often oil okay old omg once
    one only open opioid orange order org other our out over own page pain pan paper party
    password pasta pay pdf pen people perro person persona pet phone picture pie pig pill pills
    pin pit pizza place play please plus por pot potato power pretty price problem prueba put que
    question quick quien quiero quiet qwer qwert qwerty rain ran rat raw ready really red rid
    right rip river rob rod room rot rub rug rum run sad same sat saturday save saw school sea
    search second see select send september set seven sew sex share she shit shop short should
    show shy sick side siempre simple sin sip sister sit six sky sleep slow small smile snow sob
    some someone something son song soon sorry sound sow spa spy start stop story street strong
    stuff sugar summer sun sunday sure table take talk tap tar tax tea teacher teeth tell test
    testing tests text than thank thanks that their them then there these they thing things think
    this thursday ticket tie tiempo time tin tip tired today todo toe together tomato tomorrow ton
    tonight too top tow toy trabajo travel tree true try tub tuesday turn twitter two ugh uncle
    undefined under until user username users using van very vet via vida video visit vodka voice
    void wait walk want war warm was wash water way weather web website wed wednesday week well
    were wet what when where which white who whole whose why wig will win wind window wine winter
    wish wit with without woman women won wonder word words work world would wow write wrong wtf
    www xyz yellow yep yes yesterday yet you young your zero zip zoo zxcv zxcvb
    """
)
"""Words that are hardly ever meant for a name that is spelled much like them."""
