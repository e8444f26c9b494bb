"""What people write beside a place, and what it means: search parameters, substances, urgency.

``CARE_WORDS`` holds one row a value of a search parameter with the phrases for it, in English and
Spanish. Phrases are written as tokens: lower case, no accents, apostrophes or hyphens ("co
occurring"). To teach the search a phrase, add it to its row. Knows no place and no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from finder.translatable import N_

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CareWords:
    """The phrases that ask for one value of a search parameter, or for several of its values."""

    parameter: str
    values: tuple[str, ...]
    phrases: frozenset[Phrase]


@dataclass(frozen=True, slots=True)
class Substance:
    """A kind of substance that no filter stands for; ``label`` is a message id."""

    name: str
    label: str
    phrases: frozenset[Phrase]
    is_deadly_to_stop: bool = False
    """whether stopping it suddenly, alone, can kill"""


def _phrases(text: str) -> frozenset[Phrase]:
    return frozenset(tuple(phrase.split()) for phrase in text.split(","))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _row(parameter: str, values: str, phrases: str) -> CareWords:
    return CareWords(parameter, tuple(values.split()), _phrases(phrases))


# One row a value, so that the table reads as one.
# fmt: off
CARE_WORDS: tuple[CareWords, ...] = (
    _row("setting", "inpatient", "inpatient, in patient, stay overnight, overnight, internado, internamiento, interno, hospitalizado"),
    _row("setting", "residential", "residential, live in, residencial"),
    _row("setting", "short-term-residential", "short term, short term residential, short term inpatient, 28 day, 28 days, 30 day, 30 days, a corto plazo, corto plazo, residencial de corto plazo, residencial a corto plazo, residencial corto plazo, residential short term, 28 dias, 30 dias"),
    _row("setting", "long-term-residential", "long term, long term residential, long term inpatient, longterm, 60 day, 60 days, 90 day, 90 days, 6 month, six month, 12 month, one year, a largo plazo, largo plazo, residencial de largo plazo, residencial a largo plazo, residencial largo plazo, residential long term, 60 dias, 90 dias, 6 meses"),
    _row("setting", "hospital", "hospital, hospitals, hospital inpatient, hospitales"),
    _row("setting", "outpatient", "outpatient, out patient, ambulatorio, ambulatoria, ambulatorios, consulta externa"),
    _row("setting", "intensive-outpatient", "iop, intensive outpatient, intensive out patient, ambulatorio intensivo, intensivo ambulatorio"),
    _row("setting", "partial-hospitalization", "php, partial hospitalization, partial hospital, partial care, day treatment, day program, day programs, hospitalizacion parcial, tratamiento de dia"),
    _row("setting", "detox", "detox, detoxes, detoxing, detoxification, withdrawal, withdrawal management, withdrawals, desintoxicacion, desintoxicarse, desintoxicar, desintoxicarme, sindrome de abstinencia"),
    _row("setting", "overnight-detox", "inpatient detox, in patient detox, residential detox, medical detox, hospital detox, overnight detox, detox bed, detox beds, desintoxicacion hospitalaria, desintoxicacion residencial"),
    _row("setting", "outpatient-detox", "outpatient detox, out patient detox, ambulatory detox, home detox, at home detox, desintoxicacion ambulatoria"),
    _row("setting", "recovery-housing", "halfway house, halfway houses, half way house, half way houses, halfway home, sober living, sober living home, sober living homes, sober living house, sober home, sober homes, sober house, sober houses, sober housing, recovery house, recovery houses, recovery home, recovery homes, recovery housing, recovery residence, recovery residences, transitional housing, transitional living, three quarter house, casa de transicion, casas de transicion, casa de medio camino, casa de sobriedad, casas de sobriedad, casa sobria, casas sobrias, casa de recuperacion, casas de recuperacion, casa hogar, casas hogar, sober living casa, sober living casas, casa de sober living, casa sober living, hogar sobrio, hogares sobrios, hogar de recuperacion, hogares de recuperacion, hogar de transicion, vida sobria, vivienda sobria, viviendas sobrias, vivienda de recuperacion, vivienda de transicion"),
    _row("setting", "telehealth", "telehealth, telemedicine, online, virtual, by phone, by video, over the phone, tele health, telesalud, telemedicina, en linea, por telefono, por video"),
    _row("medication", "any", "mat, moud, medication assisted, medication assisted treatment, medically assisted treatment, medication for opioid use disorder, medications for opioid use disorder, tratamiento con medicamentos, con medicamentos"),
    _row("medication", "methadone", "methadone, methadone clinic, methadone clinics, methadone maintenance, otp, otps, opioid treatment program, opioid treatment programs, metadona"),
    _row("medication", "buprenorphine", "buprenorphine, suboxone, suboxone clinic, suboxone clinics, suboxone doctor, suboxone doctors, subutex, sublocade, brixadi, zubsolv, bupe, buprenorfina"),
    _row("medication", "naltrexone", "naltrexone, vivitrol, revia, naltrexona"),
    _row("medication", "alcohol", "antabuse, disulfiram, acamprosate, campral, medication for alcohol, alcohol medication, medicamento para el alcohol, medicamentos para el alcohol, disulfiramo, acamprosato"),
    _row("support", "self-help", "support group, support groups, self help, self help groups, mutual help, mutual aid, grupo de apoyo, grupos de apoyo, autoayuda"),
    _row("support", "twelve-step", "12 step, 12 steps, twelve step, twelve steps, aa meeting, aa meetings, na meeting, na meetings, alcoholics anonymous, narcotics anonymous, 12 pasos, doce pasos, alcoholicos anonimos, narcoticos anonimos"),
    _row("support", "peer", "peer support, peer counseling, apoyo de pares, apoyo entre pares"),
    _row("support", "recovery-coach", "recovery coach, recovery coaches, recovery coaching, coach de recuperacion"),
    _row("therapy", "cbt", "cbt, cognitive behavioral, cognitive behavioral therapy, cognitive behavioural therapy, cognitive therapy, terapia cognitiva, terapia cognitivo conductual, terapia cognitiva conductual"),
    _row("therapy", "contingency-management", "contingency management, motivational incentives, manejo de contingencias"),
    _row("therapy", "community-reinforcement", "community reinforcement, community reinforcement approach, refuerzo comunitario"),
    _row("therapy", "matrix", "matrix model, matrix program, modelo matrix"),
    _row("therapy", "motivational", "motivational interviewing, motivational interview, entrevista motivacional"),
    _row("therapy", "relapse-prevention", "relapse prevention, prevencion de recaidas"),
    _row("therapy", "trauma", "trauma counseling, trauma therapy, trauma treatment, terapia de trauma, terapia del trauma"),
    _row("therapy", "dbt", "dbt, dialectical behavior therapy, dialectical behavioral therapy, dialectical, terapia dialectica"),
    _row("therapy", "family", "family therapy, family counseling, couples therapy, couples counseling, couples rehab, couples, marriage counseling, terapia familiar, terapia de familia, terapia de pareja, parejas"),
    _row("therapy", "individual", "individual therapy, individual counseling, one on one therapy, one on one, terapia individual"),
    _row("therapy", "group", "group therapy, group counseling, terapia de grupo, terapia grupal"),
    _row("therapy", "mindfulness", "mindfulness, atencion plena"),
    _row("holistic", "acupuncture", "acupuncture, acupuntura"),
    _row("holistic", "yoga", "yoga"),
    _row("holistic", "meditation", "meditation, meditacion"),
    _row("payment", "medicaid", "medicaid, medicade, medicaide, medicad, medacaid, medi cal, medical card, masshealth, tenncare, ahcccs, soonercare, badgercare, mainecare, kancare, apple health, oregon health plan"),
    _row("payment", "medicare", "medicare"),
    _row("payment", "private", "private insurance, health insurance, commercial insurance, insurance, ppo, aetna, anthem blue cross, anthem insurance, blue cross, blue cross blue shield, blue shield, bcbs, cigna, humana, kaiser, united healthcare, unitedhealthcare, seguro privado, seguro medico, con seguro, seguro"),
    _row("payment", "military", "tricare, military insurance, seguro militar"),
    _row("payment", "state", "state insurance, state funded, state funding, seguro estatal"),
    _row("payment", "sliding-fee", "sliding scale, sliding fee, sliding fee scale, income based, low income, escala movil, segun ingresos, bajos ingresos"),
    _row("payment", "assistance", "payment assistance, financial assistance, financial aid, help paying, scholarship, scholarships, ayuda para pagar, ayuda financiera, becas"),
    _row("payment", "sliding-fee assistance free", "no insurance, uninsured, without insurance, dont have insurance, no money, without money, cant afford, affordable, cheap, cheapest, low cost, low price, inexpensive, sin seguro, sin seguro medico, sin dinero, barato, baratos, barata, bajo costo, economico, economica"),
    _row("payment", "free", "free, no cost, free of charge, free of cost, gratis, gratuito, gratuita, gratuitos, gratuitas, sin costo"),
    _row("payment", "cash", "cash, self pay, private pay, pay cash, out of pocket, en efectivo, efectivo"),
    _row("payment", "ihs", "indian health service, indian health services, indian health, ihs"),
    _row("population", "women", "women, womens, woman, womans, female, females, ladies, mujer, mujeres"),
    _row("population", "pregnant", "pregnant, pregnant women, pregnant woman, pregnancy, postpartum, post partum, prenatal, perinatal, expecting mothers, new mothers, new moms, embarazada, embarazadas, mujeres embarazadas, embarazo, posparto"),
    _row("population", "men", "men, mens, man, mans, male, males, hombre, hombres, varones"),
    _row("population", "young-adults", "young adult, young adults, college students, adultos jovenes, jovenes adultos"),
    _row("population", "seniors", "senior, seniors, elderly, older adult, older adults, adultos mayores, adulto mayor, personas mayores, tercera edad"),
    _row("population", "lgbtq", "lgbt, lgbtq, lgbtqia, lgbtq friendly, lgbt friendly, gay, gays, lesbian, lesbians, transgender, trans, queer, lgbtiq"),
    _row("population", "veterans", "veteran, veterans, vets, us veterans, military veterans, veterano, veteranos, veterana, veteranas"),
    _row("population", "active-duty", "active duty, active military, service members, servicio activo"),
    _row("population", "military-families", "military family, military families, familias militares"),
    _row("population", "justice-involved", "court ordered, court order, court mandated, court appointed, drug court, probation, parole, on probation, on parole, felons, felony, ex offenders, reentry, dui, dwi, orden judicial, orden de la corte, libertad condicional"),
    _row("population", "co-occurring", "dual diagnosis, dual diagnoses, co occurring, cooccurring, co occurring disorders, co occurring disorder, diagnostico dual, patologia dual"),
    _row("population", "hiv", "hiv, aids, hiv aids, hiv positive, vih, sida"),
    _row("population", "trauma", "trauma, ptsd, trauma informed, trauma survivors, tept"),
    _row("population", "domestic-violence", "domestic violence, domestic abuse, battered women, violencia domestica"),
    _row("age", "children", "teen, teens, teenage, teenager, teenagers, adolescent, adolescents, youth, youths, juvenile, juveniles, minors, child, children, childrens, kid, kids, under 18, pediatric, adolescente, adolescentes, menores, ninos, jovenes"),
    _row("age", "adults", "adult, adults, adulto, adultos"),
    _row("language", "spanish", "spanish, spanish speaking, in spanish, speak spanish, speaks spanish, bilingual, espanol, en espanol, habla espanol, hablan espanol, hispanohablante, hispanohablantes, bilingue"),
    _row("language", "asl", "asl, sign language, american sign language, deaf, hard of hearing, lenguaje de senas, lengua de senas, sordos"),
    _row("language", "arabic", "arabic, arabic speaking, arabe"),
    _row("language", "chinese", "chinese, chinese speaking, mandarin, cantonese, en chino"),
    _row("language", "creole", "haitian creole, creole speaking, criollo haitiano"),
    _row("language", "farsi", "farsi, farsi speaking, persian"),
    _row("language", "french", "french, french speaking, en frances"),
    _row("language", "german", "german speaking, in german"),
    _row("language", "greek", "greek speaking, in greek"),
    _row("language", "hebrew", "hebrew, hebrew speaking"),
    _row("language", "hindi", "hindi, hindi speaking"),
    _row("language", "hmong", "hmong, hmong speaking"),
    _row("language", "italian", "italian speaking, in italian"),
    _row("language", "japanese", "japanese, japanese speaking"),
    _row("language", "korean", "korean, korean speaking"),
    _row("language", "polish", "polish, polish speaking"),
    _row("language", "portuguese", "portuguese, portuguese speaking, portugues, en portugues"),
    _row("language", "russian", "russian, russian speaking"),
    _row("language", "tagalog", "tagalog, filipino"),
    _row("language", "vietnamese", "vietnamese, vietnamese speaking"),
    _row("language", "ojibwa", "ojibwa, ojibwe"),
    _row("language", "yupik", "yupik"),
    _row("help", "transport", "transportation, transport, with transportation, rides, transporte"),
    _row("help", "childcare", "childcare, child care, daycare, day care, cuidado de ninos, guarderia"),
    _row("help", "housing", "housing assistance, housing help, help with housing, ayuda con vivienda, ayuda de vivienda"),
    _row("help", "naloxone", "naloxone, narcan, naloxona"),
    _row("help", "aftercare", "aftercare, after care, continuing care"),
    _row("help", "mental-health", "mental health, mental healthcare, mental health care, mental illness, behavioral health, behavioural health, psychiatric, psychiatrist, psychiatrists, psychiatry, depression, anxiety, bipolar, schizophrenia, salud mental, psiquiatrico, psiquiatrica, psiquiatra, depresion, ansiedad"),
    _row("help", "employment", "job training, employment help, help with work, job help, capacitacion laboral"),
)

SUBSTANCES: tuple[Substance, ...] = (
    Substance("alcohol", N_("Alcohol"), _phrases("alcohol, alcoholic, alcoholics, alcoholism, alcohol addiction, alcohol abuse, drinking, drinking problem, drunk, drunks, drinker, drinkers, drinks, booze, beer, vodka, liquor, alchohol, delirium tremens, borracho, borracha, borrachos, beber, cerveza, alcoholico, alcoholicos, alcoholica, alcoholismo, bebida"), is_deadly_to_stop=True),
    Substance("benzodiazepines", N_("Benzodiazepines (such as Xanax)"), _phrases("benzo, benzos, benzodiazepine, benzodiazepines, xanax, alprazolam, klonopin, clonazepam, valium, diazepam, ativan, lorazepam, temazepam, benzodiacepina, benzodiacepinas"), is_deadly_to_stop=True),
    Substance("opioids", N_("Opioids (heroin, fentanyl, pain pills)"), _phrases("opioid, opioids, opiate, opiates, opioid use disorder, oud, heroin, fentanyl, oxycontin, oxycodone, oxy, percocet, percocets, vicodin, hydrocodone, pain pill, pain pills, painkiller, painkillers, prescription pills, opioide, opioides, opiaceo, opiaceos, heroina, fentanilo, pastillas")),
    Substance("stimulants", N_("Stimulants (cocaine, meth)"), _phrases("cocaine, coke, crack, crack cocaine, meth, crystal meth, methamphetamine, methamphetamines, amphetamine, amphetamines, adderall, stimulant, stimulants, speed, cocaina, metanfetamina, metanfetaminas, cristal, estimulantes")),
    Substance("cannabis", N_("Cannabis"), _phrases("marijuana, cannabis, weed, thc, marihuana, mariguana")),
)
# fmt: on

URGENCY = _phrases(
    """
    tonight, today, now, right now, right away, asap, a s a p, immediately, immediate, urgent,
    urgently, emergency, same day, this week, this weekend, tomorrow, open now, open today,
    open tonight, open late, open 24 hours, open 24 7, open 24 hours a day, 24 hours, 24 hour, 24hr,
    24 hr, 24 hrs, 24h, 24 7, walk in, walk ins, walkin, walkins, no wait, no waiting,
    no waitlist, no waiting list, beds available, bed available, available beds, available bed,
    available now, available today, available tonight, with beds, open bed, open beds, empty beds,
    accepting patients, accepting new patients, taking new patients, availability,
    hoy, hoy mismo, ahora, ahora mismo, ahorita, ya, esta noche, urgente, urgentemente, de urgencia,
    inmediato, inmediata, inmediatamente, de inmediato, emergencia, de emergencia, 24 horas,
    abierto ahora, abierto hoy, abierto 24 horas, abiertos, abierto, sin cita, sin cita previa,
    sin lista de espera, lo antes posible, cuanto antes, camas disponibles, manana,
    tonite, 2nite, tonigh, soon, as soon as possible, next week, next weekend, this evening,
    this morning, this afternoon, monday, mondays, tuesday, tuesdays, wednesday, wednesdays,
    thursday, thursdays, friday, fridays, saturday, saturdays, sunday, sundays, on weekends,
    weekend, weekends, weekend hours, weekday, weekdays, weekday hours, evening, evenings,
    evening hours, night, nights, at night, late night, night hours, morning, mornings,
    early morning, early mornings, morning hours, late evening, afternoon, afternoons, noon,
    midnight, after hours, after work, open weekends, open sundays, open saturdays, open early,
    lunes, martes, miercoles, jueves, viernes, sabado, sabados, domingo, domingos, fin de semana,
    fines de semana, los fines de semana, de noche, por la noche, en la noche, noches, de dia,
    por la manana, en la manana, por la tarde, pronto, lo mas pronto posible, mas tarde
    """.replace("\n", " ")
)
"""Phrases for when: no listing tells about free beds, and few tell their hours."""

UNFILTERED = _phrases(
    """
    smoking cessation, quit smoking, stop smoking, quitting smoking, tobacco cessation, smoking,
    smokers, tobacco, nicotine, vaping, vape, gambling, gamblers, gambling addiction,
    eating disorder, eating disorders, christian, faith based, luxury, emdr, ibogaine,
    dejar de fumar, fumar, tabaco, tabaquismo, cristiano, cristiana, cristianos, ludopatia
    """.replace("\n", " ")
)
"""Phrases of care that no filter stands for; they are told as not understood."""

NEGATIONS = _words("no not non without dont doesnt isnt never sin ningun ninguna")
"""Words that turn the phrase after them into its contrary, which no filter stands for."""

CONNECTORS = _words(
    """
    the center centers centre centres region area metro downtown greater vicinity surrounding
    abuse accept accepted accepting accepts acute addict addicted addiction addictions addicts
    all am an and any are around at available be by can care chemical clinic clinics close closest
    counseling counselling counselor counselors dependence dependency dependent disorder disorders
    do drug drugs enter facilities facility find finder for from get getting give go going have has
    help helping helps how i id im in inside into is issues it its know like list local located
    location locations looking me my near nearby nearest need needed needing needs of offer
    offering offers on open or our outside over people person place places please problem problems
    program programs provide provider providers provides providing recovery recover rehab rehabs
    rehabilitation search searching see service services show sober sobriety some somewhere speak
    speaking speaks spot substance substances sud support take taken takes taking that there
    therapy therapist therapists they this to treat treating treatment treatments us use user users
    using want wants we where which who will with within would unit units friendly only based
    del de el ella la las le lo los centro centros alrededor zona
    a abusos abuso acepta aceptan aceptar acerca adiccion adicciones adicto adicta adictos al
    asistencia atencion atienden atiende ayuda ayudar busca buscando buscar busco cerca cercano
    cercanos clinica clinicas con consejeria cual desde donde droga drogadiccion drogas e en
    encontrar es esta estoy grupo hay habla hablan junto mi necesita necesitamos necesito o ofrece
    ofrecen ofrezca para pago pagar personas persona por programa programas puede puedo que quiero
    recuperacion rehabilitacion rehabilitarme se servicio servicios si sobre sustancia sustancias
    solo su terapia tiene tienen tratamiento tratamientos trata tratan un una unidad uno y yo
    """
)
"""Words that say what the finder is for, or join others: nothing is lost without them."""

NEUTRAL = CONNECTORS | _words("city county state town ciudad condado estado")
"""Those, and words that say which place of a name is meant."""


ARTICLES = _words("the la las los el")
"""Words that may begin a place's name, however it is spelled: "Los Angelas"."""

BEFORE_A_STATE = frozenset({"in", "throughout", "en"})
"""Words after which two letters are a state's code and not a word: "detox in OR"."""

SOUGHT = _words("rehab rehabs detox treatment methadone suboxone inpatient outpatient iop php")
"""English words beside which two letters can only be a state's code: "la detox", "rehab mi"."""


def _unique(rows: tuple[CareWords, ...]) -> Mapping[Phrase, CareWords]:
    found: dict[Phrase, CareWords] = {}
    for row in rows:
        for phrase in row.phrases:
            if phrase in found:
                message = f"{' '.join(phrase)!r} has two meanings."
                raise ValueError(message)
            found[phrase] = row
    return MappingProxyType(found)


CARE_WORD_OF: Mapping[Phrase, CareWords] = _unique(CARE_WORDS)
SUBSTANCE_OF: Mapping[Phrase, Substance] = MappingProxyType(
    {phrase: each for each in SUBSTANCES for phrase in each.phrases}
)
_PHRASES = (*CARE_WORD_OF, *SUBSTANCE_OF, *URGENCY, *UNFILTERED)
FIRST_WORDS = frozenset(phrase[0] for phrase in _PHRASES)
"""the first tokens of all phrases: a text without them holds none"""
LONGEST_PHRASE = max(map(len, _PHRASES))
SHORTEST_MISSPELT = 6
"""letters that a word must have to be read with a slip in it"""


def _long_words() -> Mapping[str, CareWords | Substance]:
    """Return the words to find in a misspelt one.

    A town's name is not far from that of a language: "Hebron", "Polish".
    """
    known: dict[Phrase, CareWords | Substance] = {
        phrase: row
        for phrase, row in CARE_WORD_OF.items()
        if row.parameter != "language" or row.values == ("spanish",)
    }
    known.update(SUBSTANCE_OF)
    return MappingProxyType(
        {
            phrase[0]: meant
            for phrase, meant in known.items()
            if len(phrase) == 1 and len(phrase[0]) >= SHORTEST_MISSPELT
        }
    )


LONG_WORDS = _long_words()
"""the words that are read with one slip in them, and what they mean"""
