"""What people call the services that no filter stands for: therapies, medicines, accreditations.

One row a service: its codes, any one of which will do, and the words for it. A text is one only
where it is nothing else: "EMDR", not "EMDR Center". To have a service found by a word, add it to its
row; a new row changes the search index, which is made again at the next start.
"""

from __future__ import annotations

from typing import NamedTuple

from finder.facilities.vocabulary.labels import SERVICES


class ServiceWords(NamedTuple):
    """A service, and what it is called."""

    codes: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def label(self) -> str:
        """The plain label of its first code, a message id."""
        return SERVICES[self.codes[0]].label


_ROWS = (
    # Who vouches for it.
    ("CARF", "carf, carf accredited, carf accreditation, accredited by carf"),
    ("COA", "coa, coa accredited, council on accreditation"),
    ("JC", "joint commission, the joint commission, jcaho, tjc, joint commission accredited"),
    ("NCQA", "ncqa, national committee for quality assurance"),
    ("HFAP", "hfap, healthcare facilities accreditation program"),
    ("FQHC", "fqhc, federally qualified health center"),
    ("DEA", "dea, dea registered"),
    ("SOTP", "samhsa certified, samhsa certification"),
    # Therapies.
    (
        "EMDR",
        "emdr, emdr therapy, eye movement desensitization, eye movement desensitization and reprocessing, eye movement therapy",
    ),
    (
        "KIT",
        "ketamine, ketamine infusion, ketamine therapy, ketamine treatment, ketamine infusion therapy, ketamine clinic, ketamina",
    ),
    ("TMS", "tms, tms therapy, rtms, transcranial magnetic stimulation, magnetic stimulation"),
    (
        "ECT",
        "ect, ect therapy, electroconvulsive therapy, electroconvulsive, electroshock, shock therapy",
    ),
    ("ANG", "anger management, anger"),
    ("BIA", "brief intervention"),
    ("AT", "activity therapy, art therapy, music therapy, recreational therapy"),
    ("CRT", "cognitive remediation, cognitive remediation therapy"),
    ("ACT", "assertive community treatment, assertive community"),
    ("AOT", "assisted outpatient treatment, aot"),
    ("FPSY", "family psychoeducation, psychoeducation"),
    ("PRS", "psychosocial rehabilitation"),
    ("IMR", "illness management, illness management and recovery"),
    ("IDD", "integrated treatment, integrated dual disorder treatment, iddt"),
    # Medicines.
    (
        "BERI",
        "sublocade, brixadi, buprenorphine injection, buprenorphine shot, long acting buprenorphine, injectable buprenorphine",
    ),
    ("BSDM", "probuphine, buprenorphine implant"),
    ("BWN", "suboxone, zubsolv, bunavail, buprenorphine with naloxone"),
    ("BWON", "subutex, buprenorphine without naloxone"),
    ("VTRL", "vivitrol, naltrexone injection, naltrexone shot, injectable naltrexone"),
    ("NXN", "revia, oral naltrexone, naltrexone pills"),
    ("ACM", "acamprosate, campral"),
    ("DSF", "disulfiram, antabuse"),
    ("LFXD", "lofexidine, lucemyra"),
    ("CLND", "clonidine"),
    (
        "NRT",
        "nicotine replacement, nicotine replacement therapy, nicotine patch, nicotine gum, nrt",
    ),
    ("NSC", "varenicline, chantix, bupropion"),
    ("MPEP", "prep, hiv prep, pre exposure prophylaxis"),
    ("MHIV", "hiv medication, antiretroviral"),
    ("MHCV", "hepatitis c medication, hepatitis c treatment, hep c treatment"),
    ("CHLOR", "chlorpromazine, thorazine"),
    ("FLUPH", "fluphenazine, prolixin"),
    ("HALOP", "haloperidol, haldol"),
    ("ARIPI", "aripiprazole, abilify"),
    ("CLOZA", "clozapine, clozaril"),
    ("LURAS", "lurasidone, latuda"),
    ("OLANZ", "olanzapine, zyprexa"),
    ("PALIP", "paliperidone, invega"),
    ("QUETI", "quetiapine, seroquel"),
    ("RISPE", "risperidone, risperdal"),
    ("ZIPRA", "ziprasidone, geodon"),
    ("ASENA", "asenapine, saphris"),
    ("BREXP", "brexpiprazole, rexulti"),
    ("CARIP", "cariprazine, vraylar"),
    (
        "ANTPYCH CHLOR FLUPH HALOP ARIPI CLOZA LURAS OLANZ PALIP QUETI RISPE ZIPRA",
        "antipsychotic, antipsychotics, antipsychotic medication",
    ),
    # Whom and what it is for.
    ("TGD", "gambling, gambling disorder, gambling addiction, gamblers, ludopatia"),
    ("PED", "eating disorder, eating disorders, anorexia, bulimia"),
    ("PTSD", "ptsd, post traumatic stress disorder, posttraumatic stress disorder"),
    ("TBI", "tbi, traumatic brain injury, brain injury"),
    ("ALZ", "alzheimers, dementia"),
    ("PEFP", "first episode psychosis, psychosis"),
    ("SMI", "smi, serious mental illness"),
    ("SED", "sed, serious emotional disturbance"),
    ("XA", "sexual abuse, sexual assault, sexual violence"),
    ("COPSU", "chronic pain, pain management"),
    ("DU DUO", "dui, dwi, dui program, dui classes, drunk driving"),
    ("BDTX", "benzo detox, benzodiazepine detox, xanax detox"),
    ("ADTX", "alcohol detox, alcohol detoxification, alcohol withdrawal"),
    ("ODTX", "opioid detox, opiate detox, heroin detox, opioid withdrawal"),
    ("MDTX", "meth detox, methamphetamine detox"),
    ("CDTX", "cocaine detox"),
    # More help.
    ("TCC", "smoking cessation, tobacco cessation, quit smoking, stop smoking, vaping cessation"),
    ("CM", "case management, case manager"),
    ("ICM", "intensive case management"),
    ("DVFP", "domestic violence services"),
    ("BC", "beds for children, childrens beds"),
    ("SPS", "suicide prevention"),
    ("IPC", "primary care, integrated primary care"),
    ("VOC VRS", "vocational training, vocational rehabilitation, vocational, ged"),
    ("SEMP", "supported employment"),
    ("SH", "supported housing, supportive housing"),
    ("TPC", "therapeutic foster care, foster care"),
    ("LAD", "legal advocacy, legal help"),
    ("DEC", "nutrition counseling, diet and exercise counseling"),
    ("PIEC", "interventionist"),
    ("CIT", "crisis team, crisis intervention team, mobile crisis"),
    ("WI", "walk in psychiatric, psychiatric walk in"),
    ("HIVT", "hiv test, hiv testing"),
    ("STDT", "std test, std testing, sti testing"),
    ("TBS", "tb test, tb testing, tb screening, tuberculosis test"),
    ("HCT", "hepatitis c test, hepatitis c testing, hep c test"),
    ("HBT", "hepatitis b test, hepatitis b testing"),
    ("HAV", "hepatitis a vaccine, hepatitis a vaccination"),
    ("HBV", "hepatitis b vaccine, hepatitis b vaccination"),
    ("DAUT", "drug test, drug testing, urine test, urine screening"),
    ("BABA", "breathalyzer"),
)

SERVICE_WORDS: tuple[ServiceWords, ...] = tuple(
    ServiceWords(tuple(codes.split()), tuple(phrases.split(", "))) for codes, phrases in _ROWS
)
