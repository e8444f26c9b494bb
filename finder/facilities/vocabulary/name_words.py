"""Which words of program names are equal: short forms, spellings, numbers, legal forms.

``EQUAL_WORDS`` holds one row a word, or a few words, with the other ways in which listings and
people write it; ``docs/names.md`` tells the rule. Everything is written as `fold_name` leaves it:
lower case, without accents and apostrophes. A short form with several meanings stands in several
rows: the first is how a name is read, and a person who types it may mean any of them.

To teach the search a short form, add it to its row. Knows no table and no request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

Words = tuple[str, ...]

_ROWS: tuple[tuple[str, str], ...] = (
    # What programs are and do.
    ("center", "ctr, cntr, ctre, centre, cter"),
    ("service", "svc, serv, srv, srvc, svce"),
    ("treatment", "trt, trtmt, trmt, trmnt, tx, treatmnt"),
    ("program", "prog, prg, prgm, pgm, progm, programme"),
    ("behavioral", "behav, behv, behavl, bhvrl, bhvl, behavioural, behavorial"),
    ("behavior", "behaviour, behav"),
    ("behavioral health", "bh"),
    ("health", "hlth, hlt, hth, hlh"),
    ("health care", "healthcare, hlthcare, hlthcr"),
    ("health care system", "hcs"),
    ("counseling", "csl, cslg, couns, counslg, cnsl, cnslg, cnslng, counselling"),
    ("counselor", "counsellor"),
    ("university", "univ, unv, uni"),
    ("hospital", "hosp, hsp, hspt, hosptl"),
    ("house", "hse"),
    ("high school", "hs"),
    ("medical", "med, mdcl, medcl"),
    ("medication assisted treatment", "mat"),
    ("medicine", "medn, med"),
    ("department", "dept, dpt"),
    ("dependency", "dep, depdncy, depend"),
    ("department", "dep"),
    ("association", "assn, assoc, asso, assocn"),
    ("associate", "assoc"),
    ("institute", "inst, instit"),
    ("institution", "inst"),
    ("rehabilitation", "rehab, rehabil, rehb, rhb"),
    ("community", "comm, cmty, commun, cmmty, comty, cmnty"),
    ("commission", "comm"),
    ("substance", "subst, subs, sbst"),
    ("substance abuse", "sa"),
    ("substance use disorder", "sud"),
    ("chemical", "chem"),
    ("chemical dependency", "cd"),
    ("alcohol", "alc, alch"),
    ("alcoholism", "alcohlsm"),
    ("addiction", "add, addict, addn, addctn"),
    ("detoxification", "detox"),
    ("outpatient", "outpt, op, outpat, outp, otpt, out patient"),
    ("inpatient", "inpt, ip, inpat, in patient"),
    ("residential", "resid, res, resdntl, rsdntl"),
    ("residence", "res"),
    ("intensive", "intens, intnsv"),
    ("intensive outpatient program", "iop"),
    ("partial hospitalization program", "php"),
    ("opioid treatment program", "otp"),
    ("methadone maintenance treatment program", "mmtp"),
    ("residential treatment center", "rtc"),
    ("residential treatment facility", "rtf"),
    ("psychiatric residential treatment facility", "prtf"),
    ("halfway", "half way"),
    ("cooccurring", "co occurring, cooccuring, co occuring"),
    ("mental", "mntl, mentl"),
    ("mental health", "mh"),
    ("mental health center", "mhc"),
    ("community mental health", "cmh"),
    ("community mental health center", "cmhc"),
    ("community services board", "csb"),
    ("psychiatric", "psych, psychiat, psy"),
    ("psychological", "psych, psychol"),
    ("psychology", "psych"),
    ("psychiatry", "psych"),
    ("recovery", "recov, rec, rcvry, recvy, rcv"),
    ("recreation", "rec"),
    ("therapy", "thpy, thrpy"),
    ("therapeutic", "therap, thera, therapeut"),
    ("prevention", "prev, prevntn"),
    ("intervention", "interv, intrv"),
    ("evaluation", "eval"),
    ("assessment", "assess, assmt, asmt"),
    ("education", "educ, edu"),
    ("educational", "educ, educatnl"),
    ("development", "dev, devel, devlpmt"),
    ("developmental", "dev, devel, devlptl"),
    ("disorder", "disord, dsrdr"),
    ("comprehensive", "comp, compr, comprehn"),
    ("alternative", "alt, altern, altrntv"),
    ("professional", "prof, profl"),
    ("specialist", "spec, splst"),
    ("specialty", "spec, splty"),
    ("support", "supp, suppt"),
    ("wellness", "wlns, wellns, wllns"),
    ("transitional", "transit, transitl"),
    ("transition", "transn"),
    ("emergency", "emerg, emer"),
    ("crisis", "cris"),
    ("clinic", "clin, clnc"),
    ("clinical", "clin, clincl"),
    ("primary", "prim"),
    ("pediatric", "peds, paediatric"),
    # Whom they are for.
    ("adolescent", "adol, adoles, adolesc"),
    ("children", "child, chldrn, chld, childrn"),
    ("children care", "childcare"),
    ("youth", "yth"),
    ("family", "fam, fmly, famly"),
    ("women", "woman, wmn"),
    ("men", "man"),
    ("veterans affairs", "va, veterans administration"),
    ("veterans affairs medical center", "vamc"),
    ("community based outpatient clinic", "cboc"),
    # Who runs them.
    ("administration", "admin, adm, administratn"),
    ("administrative", "admin"),
    ("agency", "agcy, agncy"),
    ("authority", "auth"),
    ("academy", "acad"),
    ("college", "coll"),
    ("company", "cos"),
    ("council", "cncl, counc"),
    ("county", "cnty, co, cty, cnt"),
    ("company", "co"),
    ("colorado", "co"),
    ("district", "dist, distr"),
    ("division", "div, divn"),
    ("elementary", "elem"),
    ("facility", "fac, facil, fclty"),
    ("foundation", "fdn, fndn, fndtn, fdtn"),
    ("general", "gen, genl"),
    ("government", "govt, gov"),
    ("group", "grp"),
    ("headquarters", "hq, hdqtrs"),
    ("hygiene", "hyg"),
    ("information", "info"),
    ("junior", "jr"),
    ("management", "mgmt, mgt, mngmt, mgmnt"),
    ("memorial", "mem, meml"),
    ("ministry", "min, minist"),
    ("municipal", "muni, munic"),
    ("network", "ntwk, netwk, ntwrk"),
    ("office", "ofc, offc"),
    ("organization", "org, orgn, organisation"),
    ("outreach", "outrch"),
    ("resource", "resrc, rsrc, resrce, resour"),
    ("school", "sch, schl"),
    ("society", "soc"),
    ("social", "socl, soc"),
    ("system", "sys, syst, systm"),
    ("technology", "tech"),
    ("unit", "unt"),
    ("american", "amer, americn"),
    ("america", "amer"),
    ("international", "intl, intnl, internatl"),
    ("national", "natl, nat, nationl"),
    ("united states", "us, usa"),
    ("doctor", "dr"),
    # Places.
    ("saint", "st, sainte, ste"),
    ("santa", "sta"),
    ("street", "st, str"),
    ("avenue", "ave, av"),
    ("boulevard", "blvd"),
    ("drive", "dr, drv"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("parkway", "pkwy, pky"),
    ("road", "rd"),
    ("square", "sq"),
    ("building", "bldg, bld"),
    ("beach", "bch"),
    ("city", "cty"),
    ("fort", "ft"),
    ("heights", "hts, hgts, hghts"),
    ("island", "isl"),
    ("junction", "jct, jctn"),
    ("lake", "lk"),
    ("metropolitan", "metro, metrop, met"),
    ("mount", "mt"),
    ("mountain", "mtn, mt, mntn, mtns"),
    ("park", "pk"),
    ("point", "pt, pointe"),
    ("region", "reg, rgn"),
    ("regional", "regl, rgnl, regnl, reg"),
    ("river", "riv, rvr"),
    ("spring", "spg, spgs, sprgs"),
    ("township", "twp, twnshp"),
    ("valley", "vly, vlly, val"),
    ("village", "vlg, vill"),
    ("northern", "nrthrn, northrn"),
    ("southern", "sthrn, southrn"),
    ("central", "ctrl, cntrl, centrl"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    # States, where their code is no word and no other short form.
    ("arizona", "az, ariz"),
    ("california", "ca, calif"),
    ("colorado", "colo"),
    ("connecticut", "ct, conn"),
    ("florida", "fl, fla"),
    ("georgia", "ga"),
    ("illinois", "il"),
    ("iowa", "ia"),
    ("kansas", "ks, kans"),
    ("kentucky", "ky"),
    ("massachusetts", "ma"),
    ("michigan", "mi, mich"),
    ("minnesota", "mn, minn"),
    ("missouri", "mo"),
    ("nebraska", "nebr, ne"),
    ("nevada", "nv"),
    ("new hampshire", "nh"),
    ("new jersey", "nj"),
    ("new mexico", "nm"),
    ("new york", "ny"),
    ("new york city", "nyc"),
    ("north carolina", "nc"),
    ("north dakota", "nd"),
    ("ohio", "oh"),
    ("oklahoma", "okla"),
    ("pennsylvania", "pa, penna"),
    ("rhode island", "ri"),
    ("south carolina", "sc"),
    ("south dakota", "sd"),
    ("tennessee", "tn, tenn"),
    ("texas", "tx, tex"),
    ("utah", "ut"),
    ("vermont", "vt"),
    ("washington", "wa, wash"),
    ("west virginia", "wv, wva"),
    ("wisconsin", "wi, wis, wisc"),
    ("wyoming", "wy, wyo"),
    # Numbers. A figure is itself first.
    ("1", "1"),
    ("one", "1"),
    ("2", "2"),
    ("two", "2"),
    ("3", "3"),
    ("three", "3"),
    ("4", "4"),
    ("four", "4"),
    ("5", "5"),
    ("five", "5"),
    ("6", "6"),
    ("six", "6"),
    ("7", "7"),
    ("seven", "7"),
    ("8", "8"),
    ("eight", "8"),
    ("9", "9"),
    ("nine", "9"),
    ("10", "10"),
    ("ten", "10"),
    ("11", "11"),
    ("eleven", "11"),
    ("12", "12"),
    ("twelve", "12"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
)

SAYS_NOTHING = frozenset(
    (
        *("the", "and", "of", "y", "de", "inc", "incorporated", "llc", "lc", "llp", "lp", "ltd"),
        *("limited", "pllc", "plc", "pc", "corp", "corporation", "nfp", "dba"),
    )
)
"""Words without which a name is the same: articles, "and", legal forms, "doing business as"."""

SAINT, STREET = "saint", "street"
"""What "St" stands for: a saint before a name, a street at the end and after a number."""


def _readings() -> Mapping[Words, tuple[Words, ...]]:
    found: defaultdict[Words, dict[Words, None]] = defaultdict(dict)
    for full, others in _ROWS:
        for other in others.split(", "):
            found[tuple(other.split())][tuple(full.split())] = None
    return MappingProxyType({short: tuple(full) for short, full in found.items()})


EQUAL_WORDS: Mapping[Words, tuple[Words, ...]] = _readings()
"""Short form or other spelling -> what it stands for, the likeliest first."""

LONGEST_SHORT_FORM = max(map(len, EQUAL_WORDS))
"""words of the longest key of `EQUAL_WORDS`"""


def singular(word: str) -> str:
    """Return a word without the s of a plural or possessive, where it has one; O(1).

    "families" and "family", "josephs" and "joseph", "churches" and "church" are equal by it. It
    errs on the side of taking an s away ("texas"), which is harmless where both sides are treated
    alike: this is a key for comparing, and no word to show.
    """
    if len(word) < 4 or word[-1] != "s" or word[-2] in "su" or not word.isalpha():
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1]
