"""What people type, and the place that each text means: facts, not what the code happens to say."""

from __future__ import annotations

import pytest

from finder.geocoding import Doubt, Gazetteer, NothingFound, PlaceKind
from finder.geocoding.reading.intent import DISTRESS

CITY, COUNTY, STATE = PlaceKind.CITY, PlaceKind.COUNTY, PlaceKind.STATE
ZIP, ADDRESS = PlaceKind.ZIP, PlaceKind.ADDRESS

# text, label, kind
MEANT = [
    # ZIP codes
    ("83702", "83702 (Boise, ID)", ZIP),
    (" 83702 ", "83702 (Boise, ID)", ZIP),
    ("83702-4567", "83702 (Boise, ID)", ZIP),
    ("837024567", "83702 (Boise, ID)", ZIP),
    ("83702", "83702 (Boise, ID)", ZIP),
    ("zip 83702", "83702 (Boise, ID)", ZIP),
    ("02134", "02134 (Allston, MA)", ZIP),
    ("00901", "00901 (San Juan, PR)", ZIP),
    ("96910", "96910 (Hagatna, GU)", ZIP),
    ("96799", "96799 (Pago Pago, AS)", ZIP),
    ("96950", "96950 (Saipan, MP)", ZIP),
    ("99501", "99501 (Anchorage, AK)", ZIP),
    ("Boise, ID 83702", "83702 (Boise, ID)", ZIP),
    ("Boise ID 83702 USA", "83702 (Boise, ID)", ZIP),
    ("83702 Boise", "83702 (Boise, ID)", ZIP),
    # City and state
    ("Philadelphia, PA", "Philadelphia, PA", CITY),
    ("philadelphia pa", "Philadelphia, PA", CITY),
    ("PHILADELPHIA,PENNSYLVANIA", "Philadelphia, PA", CITY),
    ("Philadelphia, Penn.", "Philadelphia, PA", CITY),
    ("Boston, Mass.", "Boston, MA", CITY),
    ("Albany, N.Y.", "Albany, NY", CITY),
    ("Albany N Y", "Albany, NY", CITY),
    ("Winston-Salem, NC", "Winston-Salem, NC", CITY),
    ("winston salem north carolina", "Winston-Salem, NC", CITY),
    ("Winston Salem, N. Carolina", "Winston-Salem, NC", CITY),
    ("Charleston WV", "Charleston, WV", CITY),
    ("Charleston, West Virginia", "Charleston, WV", CITY),
    ("Charleston, W. Va.", "Charleston, WV", CITY),
    ("Charleston South Carolina", "Charleston, SC", CITY),
    ("Portland ME", "Portland, ME", CITY),
    ("portland me", "Portland, ME", CITY),
    ("Portland OR", "Portland, OR", CITY),
    ("gary in", "Gary, IN", CITY),
    ("Kansas City, KS", "Kansas City, KS", CITY),
    ("Kansas City Kansas", "Kansas City, KS", CITY),
    ("Kansas City, MO", "Kansas City, MO", CITY),
    ("Canon City CO", "Cañon City, CO", CITY),
    ("Cañon City, Colorado", "Cañon City, CO", CITY),
    ("Indiana, PA", "Indiana, PA", CITY),
    ("Delaware Ohio", "Delaware, OH", CITY),
    ("Wyoming, Michigan", "Wyoming, MI", CITY),
    ("California MD", "California, MD", CITY),
    ("Nevada, Missouri", "Nevada, MO", CITY),
    ("Washington, PA", "Washington, PA", CITY),
    ("Mexico, MO", "Mexico, MO", CITY),
    ("Cuba, MO", "Cuba, MO", CITY),
    ("Lebanon, PA", "Lebanon, PA", CITY),
    ("Paris, TX", "Paris, TX", CITY),
    ("London, KY", "London, KY", CITY),
    ("Toronto, OH", "Toronto, OH", CITY),
    ("Albuquerque, New Mexico", "Albuquerque, NM", CITY),
    ("Albuquerque New Mexico USA", "Albuquerque, NM", CITY),
    ("San Juan, Puerto Rico", "San Juan, PR", CITY),
    ("Ponce PR", "Ponce, PR", CITY),
    ("Tamuning, Guam", "Tamuning, GU", CITY),
    ("Seattle, WA, United States", "Seattle, WA", CITY),
    ("Idaho, Boise", "Boise, ID", CITY),
    ("Springfield, Sangamon County, IL", "Springfield, IL", CITY),
    # Abbreviations, apostrophes, spaces
    ("St. Louis, MO", "St. Louis, MO", CITY),
    ("Saint Louis Missouri", "St. Louis, MO", CITY),
    ("E St Louis IL", "East Saint Louis, IL", CITY),
    ("Ft. Worth, TX", "Fort Worth, TX", CITY),
    ("Ft Lauderdale FL", "Fort Lauderdale, FL", CITY),
    ("Mt. Vernon, NY", "Mount Vernon, NY", CITY),
    ("N Las Vegas, NV", "North Las Vegas, NV", CITY),
    ("W. Palm Beach FL", "West Palm Beach, FL", CITY),
    ("Coeur d'Alene, ID", "Coeur d'Alene, ID", CITY),
    ("Coeur d\N{RIGHT SINGLE QUOTATION MARK}Alene ID", "Coeur d'Alene, ID", CITY),
    ("coeur d alene", "Coeur d'Alene, ID", CITY),
    ("O'Fallon, IL", "O'Fallon, IL", CITY),
    ("OFallon IL", "O'Fallon, IL", CITY),
    ("Colorado Spgs CO", "Colorado Springs, CO", CITY),
    ("Sault Ste. Marie, MI", "Sault Ste. Marie, MI", CITY),
    # City alone
    ("Philadelphia", "Philadelphia, PA", CITY),
    ("chicago", "Chicago, IL", CITY),
    ("new york", "New York, NY", CITY),
    ("Washington", "Washington, DC", CITY),
    ("Virginia Beach", "Virginia Beach, VA", CITY),
    ("Kansas City", "Kansas City, MO", CITY),
    ("Oklahoma City", "Oklahoma City, OK", CITY),
    ("Iowa City", "Iowa City, IA", CITY),
    ("Jersey City", "Jersey City, NJ", CITY),
    ("Port Washington", "Port Washington, NY", CITY),
    ("West New York", "West New York, NJ", CITY),
    ("Lexington KY", "Lexington, KY", CITY),
    ("Saint Paul", "Saint Paul, MN", CITY),
    ("Manhattan", "Manhattan, NY", CITY),
    ("Honolulu", "Honolulu, HI", CITY),
    ("Nueva York", "New York, NY", CITY),
    ("Filadelfia", "Philadelphia, PA", CITY),
    # Nicknames
    ("NYC", "New York, NY", CITY),
    ("n.y.c.", "New York, NY", CITY),
    ("New York City", "New York, NY", CITY),
    ("Philly", "Philadelphia, PA", CITY),
    ("Philly, PA", "Philadelphia, PA", CITY),
    ("LA", "Los Angeles, CA", CITY),
    ("L.A.", "Los Angeles, CA", CITY),
    ("LA, CA", "Los Angeles, CA", CITY),
    ("DC", "Washington, DC", CITY),
    ("Washington D.C.", "Washington, DC", CITY),
    ("SF", "San Francisco, CA", CITY),
    ("Oahu", "Honolulu, HI", CITY),
    ("Raleigh-Durham", "Raleigh, NC", CITY),
    ("So. San Francisco", "South San Francisco, CA", CITY),
    ("No. Hollywood, CA", "North Hollywood, CA", CITY),
    ("Vegas", "Las Vegas, NV", CITY),
    ("NOLA", "New Orleans, LA", CITY),
    ("the bronx", "Bronx, NY", CITY),
    ("Bronx NY", "Bronx, NY", CITY),
    ("Brooklyn", "Brooklyn, NY", CITY),
    ("Brooklyn, NYC", "Brooklyn, NY", CITY),
    ("Queens", "Queens, NY", CITY),
    ("Staten Island", "Staten Island, NY", CITY),
    # Counties
    ("Cook County, IL", "Cook County, IL", COUNTY),
    ("Cook County Illinois", "Cook County, IL", COUNTY),
    ("Cook Co IL", "Cook County, IL", COUNTY),
    ("cook county", "Cook County, IL", COUNTY),
    ("Orange Co", "Orange County, CA", COUNTY),
    ("Denver Co", "Denver, CO", CITY),
    ("Orleans Parish", "Orleans Parish, LA", COUNTY),
    ("Orleans Parish, LA", "Orleans Parish, LA", COUNTY),
    ("St. Tammany Parish LA", "St. Tammany Parish, LA", COUNTY),
    ("Fairbanks North Star Borough", "Fairbanks North Star Borough, AK", COUNTY),
    ("Bethel Census Area, AK", "Bethel Census Area, AK", COUNTY),
    ("Kings County NY", "Kings County, NY", COUNTY),
    ("Los Angeles County", "Los Angeles County, CA", COUNTY),
    ("Orange County, California", "Orange County, CA", COUNTY),
    ("Prince George's County MD", "Prince George's County, MD", COUNTY),
    ("Miami-Dade County", "Miami-Dade County, FL", COUNTY),
    # States
    ("Montana", "Montana", STATE),
    ("MT", "Montana", STATE),
    ("pa", "Pennsylvania", STATE),
    ("N. Dakota", "North Dakota", STATE),
    ("New Mexico", "New Mexico", STATE),
    ("Washington State", "Washington", STATE),
    ("state of Washington", "Washington", STATE),
    ("Nevada", "Nevada", STATE),
    ("Georgia", "Georgia", STATE),
    ("Puerto Rico", "Puerto Rico", STATE),
    ("Guam", "Guam", STATE),
    ("USVI", "U.S. Virgin Islands", STATE),
    # Addresses
    ("123 Main St, Springfield, IL", "Springfield, IL", ADDRESS),
    ("123 Main St Springfield IL 62701", "62701 (Springfield, IL)", ADDRESS),
    ("1600 Pennsylvania Ave NW, Washington, DC 20500", "20500 (Washington, DC)", ADDRESS),
    ("500 E 5th Ave, Anchorage, Alaska 99501", "99501 (Anchorage, AK)", ADDRESS),
    ("12345 Elm St, Dallas, TX", "Dallas, TX", ADDRESS),
    ("200 N Main St Ste 4 Fort Wayne Indiana", "Fort Wayne, IN", ADDRESS),
    ("88 Broadway Apt 3, New York, NY", "New York, NY", ADDRESS),
    # Words around
    ("rehab near Boise", "Boise, ID", CITY),
    ("Rehabs in Philadelphia, PA", "Philadelphia, PA", CITY),
    ("drug treatment centers near Denver Colorado", "Denver, CO", CITY),
    ("detox near 83702", "83702 (Boise, ID)", ZIP),
    ("Boise area", "Boise, ID", CITY),
    ("downtown Seattle", "Seattle, WA", CITY),
    ("City of Boston, MA", "Boston, MA", CITY),
    ("inpatient rehab in Cook County", "Cook County, IL", COUNTY),
    ("detox pa", "Pennsylvania", STATE),
    ("centros de rehabilitación en Miami", "Miami, FL", CITY),
    ("I need a rehab near Austin Texas that takes Medicaid", "Austin, TX", CITY),
    ("Center TX", "Center, TX", CITY),
    ("NY NY", "New York, NY", CITY),
    ("Dallas-Fort Worth", "Dallas, TX", CITY),
    ("Washington Heights NYC", "Washington Heights, NY", CITY),
    ("Dade County", "Miami-Dade County, FL", COUNTY),
    ("Juneau City and Borough", "Juneau City and Borough, AK", COUNTY),
    ("100 Main St, Apt 2, Boise, ID", "Boise, ID", ADDRESS),
    ("742 Evergreen Terrace Philadelphia", "Philadelphia, PA", ADDRESS),
    ("12 Broad St, Philadelphia", "Philadelphia, PA", ADDRESS),
    ("Chicago, Cook County", "Chicago, IL", CITY),
    ("Truth or Consequences", "Truth or Consequences, NM", CITY),
    # Typing errors
    ("Nhiladelphia", "Philadelphia, PA", CITY),
    ("Californa", "California", STATE),
    ("Nortj Miami, FL", "North Miami, FL", CITY),
    ("Junctifn City, KS", "Junction City, KS", CITY),
    ("Jonson City", "Johnson City, TN", CITY),
    ("Ontario", "Ontario, CA", CITY),
    ("Milford, CT", "Milford, CT", CITY),
    ("Nashvill tennesee", "Nashville, TN", CITY),
    ("Philadelpia", "Philadelphia, PA", CITY),
    ("Philadlpha", "Philadelphia, PA", CITY),
    ("Pheonix", "Phoenix, AZ", CITY),
    ("Tuscon, AZ", "Tucson, AZ", CITY),
    ("Albuqerqe", "Albuquerque, NM", CITY),
    ("Cincinatti", "Cincinnati, OH", CITY),
    ("Cincinatti Ohio", "Cincinnati, OH", CITY),
    ("Minneapolos MN", "Minneapolis, MN", CITY),
    ("Sacremento", "Sacramento, CA", CITY),
    ("Milwalkee", "Milwaukee, WI", CITY),
    ("San Fransisco", "San Francisco, CA", CITY),
    ("Los Angelas", "Los Angeles, CA", CITY),
    ("Portland, Oregan", "Portland, OR", CITY),
    ("Pittsburg, PA", "Pittsburgh, PA", CITY),
    ("Lousville Kentucky", "Louisville, KY", CITY),
    ("Massachusets", "Massachusetts", STATE),
    ("Pensylvania", "Pennsylvania", STATE),
    ("12 Oak St, Indianapolsi, IN", "Indianapolis, IN", ADDRESS),
]

NOWHERE = [
    "",
    "   ",
    "99999",
    "00000",
    "88888",
    "96898",
    "123",
    "Toronto",
    "Toronto, ON",
    "Toronto ON Canada",
    "London, UK",
    "London England",
    "Paris, France",
    "Berlin, Germany",
    "Hamilton, Ontario",
    "Victoria, BC",
    "Kingston, Jamaica",
    "Sydney NSW Australia",
    "Tijuana, Mexico",
    "Torontto",
    "Ciudad Juarez",
    "Mexico",
    "Hyderabad, Telangana",
    "near me",
    "rehab near me",
    "Rehab Near Me",
    "help me",
    "treatment centers in",
    "xyzzy",
    "asdfghjkl",
    "qwertyuiop",
    "lorem ipsum dolor sit amet",
    "blah blah blah",
    "!!!",
    "95.0, -75.0",
    "39.0, -200.0",
    "Boise, TX",
    "Notarealtown, MT",
    "😀",
    "北京",
]


@pytest.mark.parametrize(("text", "label", "kind"), MEANT)
def test_a_text_means_its_place(
    gazetteer: Gazetteer, text: str, label: str, kind: PlaceKind
) -> None:
    first, *_ = gazetteer.find_places(text).places or (None,)
    assert first is not None, gazetteer.find_places(text)
    assert (first.label, first.kind) == (label, kind)


@pytest.mark.parametrize("text", NOWHERE)
def test_a_text_that_means_no_american_place_finds_none(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find_places(text).places == ()


@pytest.mark.parametrize(
    "text",
    [
        "near me",
        "near me now",
        "detox near me that takes Medicaid",
        "clinics in my area",
        "my location",
        "cerca de mi",
        "cerca de mí",
        "cerca de mi casa",
        "rehab cerca de mi",
        "24 hour rehab near me",
    ],
)
def test_near_me_is_understood_and_is_no_place(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert (found.places, found.nothing_found) == ((), NothingFound.HERE)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("near me 90210", "90210 (Beverly Hills, CA)"),
        ("rehab near me Boise", "Boise, ID"),
        ("near me, 10001 please", "10001 (New York, NY)"),
        ("nearest detox to Spokane", "Spokane, WA"),
        ("cerca de Miami", "Miami, FL"),
        ("Portland near ME", "Portland, OR"),
    ],
)
def test_a_place_beside_near_me_is_the_place(gazetteer: Gazetteer, text: str, label: str) -> None:
    assert gazetteer.find_places(text).places[0].label == label


@pytest.mark.parametrize("text", DISTRESS)
def test_words_of_distress_are_no_place(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert (found.places, found.did_you_mean) == ((), ())
    assert found.nothing_found == NothingFound.DISTRESS


def test_what_is_written_rightly_stays_a_place_beside_words_of_distress(
    gazetteer: Gazetteer,
) -> None:
    for text in ("overdose help Houston", "Crisis center, Boise, ID", "need help 83702"):
        assert gazetteer.find_places(text).places


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("LA county", "Los Angeles County, CA"),
        ("miami dade", "Miami-Dade County, FL"),
        ("Miami-Dade, FL", "Miami-Dade County, FL"),
        ("Cuyahoga", "Cuyahoga County, OH"),
        ("Orange, CA", "Orange, CA"),
        ("902 10", "90210 (Beverly Hills, CA)"),
        ("wash dc", "Washington, DC"),
        ("29 palms", "Twentynine Palms, CA"),
        ("JBLM", "Joint Base Lewis McChord, WA"),
        ("Fort Liberty", "Fort Bragg, NC"),
    ],
)
def test_short_and_other_names_are_understood(gazetteer: Gazetteer, text: str, label: str) -> None:
    found = gazetteer.find_places(text)
    assert found.places[0].label == label
    assert found.doubt is None


@pytest.mark.parametrize("text", ["M5V 2T6", "m5v2t6", "Toronto ON M5V 2T6", "SW1A 1AA"])
def test_postal_codes_of_other_countries_are_abroad(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert (found.places, found.nothing_found) == ((), NothingFound.ABROAD)


def test_the_first_digits_of_a_zip_code_offer_how_it_may_go_on(gazetteer: Gazetteer) -> None:
    offered = gazetteer.find_places("802").did_you_mean
    assert offered[0] == "80201 (Denver, CO)"
    assert "00802 (St Thomas, VI)" in offered


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Denver CO 10001", "Denver, CO"),
        ("Denver 10001", "Denver, CO"),
        ("12 Main St, Denver, CO 10001", "Denver, CO"),
        ("Houston TX 79901", "Houston, TX"),
        ("NY 90210", "New York"),
    ],
)
def test_a_zip_code_far_from_the_town_beside_it_is_a_contradiction(
    gazetteer: Gazetteer, text: str, other: str
) -> None:
    found = gazetteer.find_places(text)
    assert found.doubt == Doubt.CONTRADICTORY
    assert found.places[0].kind in (ZIP, ADDRESS)
    assert found.places[1].label == other


@pytest.mark.parametrize(
    "text",
    [
        "Portland, OR 97201",
        "LA 90001",
        "Washington 20001",
        "Kansas City KS 64101",
        "i live in 90210",
        "en la 90210",
        "home 90210",
        "Xyzzy 90210",
    ],
)
def test_what_may_be_meant_together_is_none(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find_places(text).doubt is None


def test_namesakes_of_one_state_are_told_apart_by_county_and_found_by_it(
    gazetteer: Gazetteer,
) -> None:
    first, second, third = gazetteer.find_places("Mount Pleasant, PA").places
    assert first.label == "Mount Pleasant, PA"
    assert second.label == "Mount Pleasant, Adams County, PA"
    assert third.label == "Mount Pleasant, Westmoreland County, PA"
    for place in (second, third):
        again = gazetteer.find_places(place.label).places
        assert again[0][2:5] == place[2:5]
        assert len({each.label for each in again}) == len(again)
    suggested = [place.label for place in gazetteer.suggest_places("mount pleasant, pa")]
    assert len(set(suggested)) == len(suggested)
    assert "Mount Pleasant, Westmoreland County, PA" in suggested


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Pheonix az", Doubt.CORRECTED),
        ("Detriot", Doubt.CORRECTED),
        ("Portland, Oregan", Doubt.CORRECTED),
        ("Nashvill Tennesee", Doubt.CORRECTED),
        ("Huston", Doubt.LIKELIER),
        ("Phoenix", None),
        ("Brooklyn, NYC", None),
        ("Ohio Columbus", None),
    ],
)
def test_a_correction_is_known_for_one(
    gazetteer: Gazetteer, text: str, doubt: Doubt | None
) -> None:
    assert gazetteer.find_places(text).doubt == doubt


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Ohio State", ["Ohio State University, OH", "Ohio"]),
        ("Michigan State", ["Michigan State University, MI", "Michigan"]),
        ("Florida state", ["Florida State University, FL", "Florida"]),
        ("near Pennsylvania State", ["Penn State, PA", "Pennsylvania"]),
        ("Penn State", ["Penn State, PA"]),
        ("Maine State", ["Maine"]),
        ("state of Ohio", ["Ohio"]),
        ("Washington State", ["Washington"]),
        ("New York State", ["New York"]),
    ],
)
def test_a_state_called_state_is_its_university(
    gazetteer: Gazetteer, text: str, labels: list[str]
) -> None:
    assert [place.label for place in gazetteer.find_places(text).places] == labels


@pytest.mark.parametrize(
    "text",
    [
        "N40 26 46 W79 58 56",
        "N 40° 26' 46\" W 79° 58' 56\"",
        "N40.4461 W79.9822",
        "lat 40.4461 lon -79.9822",
        "Latitude: 40.4461, Longitude: -79.9822",
        "geo:40.4461,-79.9822",
        "geo:40.4461,-79.9822;u=35",
    ],
)
def test_coordinates_may_begin_with_letters(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find_places(text)
    assert [place.label for place in found.places] == ["40.4461, -79.9822"]


def test_a_plus_four_code_may_lack_its_zero(gazetteer: Gazetteer) -> None:
    found = gazetteer.find_places("2139-1234")
    assert [place.label for place in found.places] == ["02139 (Cambridge, MA)"]
    assert found.doubt == Doubt.SHORTENED
    beside = gazetteer.find_places("Cambridge MA 2139-1234")
    assert beside.places[0].label == "02139 (Cambridge, MA)"
    assert not gazetteer.find_places("213-1234").places
