"""German: plural nouns without an article, whose nominative and accusative are one."""

from __future__ import annotations

RULES = {
    "sentence": """
{time} {verb} {org} {np} {prep} {place} {end}.
{Np} {state} {np}, {connect} {people} {verb} {prep} {place} {np} {end}.
{person} {said}, {np} {state} {np} {end}; {connect} {people} {verb} {np}.
„{Np} {state} {np}, {connect} {people} {state} {np} {end}“, {said2} {person}.
„{People} {prep} {place} {state} {np} {end}“, {said2} {person} von {org}.
{Number} {people} {verb} {time2} {np}, {more} {number} {period}.
{Amount} {verb} {time2} {np}, {more} {amount} {period}; {np} {state} {np}.
{Connect} {np} {verb} {org} {prep} {place} {time2} {np} {end}.
{Np} {prep} {place} {verb} {np}, {said2} {person} {time2}.
{People} {verb} {end} {np}, {connect} {org} {verb} {amount} für {np}.
{time} {verb} {people} {prep} {place} {np}, {connect} {np} {state} {np} {end}.
Nach {number} {unit} {state} {np} {end} {np}, {said2} {person}.
Ohne {np} {verb} {people} {prep} {place} {end} {np}, {connect} {np} {state} {np}.
{org} und {org} {verb} {time2} {np}, {connect} {people} {state} {np}.
{Np}, {said2} {person}, {state} {prep} {place} {end} {np}.
""",
    "lead": """
{Np} {prep} {place} {state} {np}, {said2} {person} {time2}.
{People} {prep} {place} {verb} {np}, {connect} {org} {verb} {amount} für {np}.
{time} {verb} {org} {np}, {connect} {people} {state} {end} {np}.
""",
    "title": """
{People} {prep} {place} {verb} {adj} {noun}
{org} {verb} {np} für {noun}
{Adj} {noun} {state} {adj} {noun} {prep} {place}
{person}: {Adj} {noun} {state} {noun}
{Number} {people} {verb} {time2} {adj} {noun}
{Np} {state} {end} {np}
""",
    "heading": "{Adj} {noun} {prep} {place}|{People} {state} {noun}|{Noun} ohne {noun}",
    "caption": "{Np} {prep} {place} {time2}. Foto: {person}|{People} {verb} {adj} {noun}. Foto: {person}",
    "np": (
        "{adj} {noun}|{noun}|{topic}|{adj} {topic}|{number} {adj} {noun}|{noun} {prep} {place}|{adj} {adj} {noun}"
        "|die {noun}|ihre {noun}|{noun} und {topic}|{noun} gegen {topic}|{noun} für {noun}"
    ),
    "amount": (
        "{nz}{d}{d} Millionen Euro|{nz},{d} Milliarden Euro|{nz}{d},{d} Prozent|{nz}{d}.{d}00 Tonnen"
        "|{nz}.{d}{d}{d} Hektar|{nz}{d}{d} Kilometer"
    ),
    "number": (
        "{nz}{d}|{nz}{d}{d}|{nz}.{d}{d}{d}|zwei|drei|vier|fünf|sechs|sieben|acht|neun|über {nz}{d}"
        "|fast {nz}{d}{d}|rund {nz}{d}"
    ),
    "time": (
        "Am {weekday}|Seit {weekday}|Bis {weekday}|Im {month}|Seit {month}|Vor {weekday}|Ab {month}|Nach {weekday}"
    ),
    "time2": (
        "am {weekday}|im {month}|seit {weekday}|diese Woche|ab {month}|vor {weekday}|bis {month}|nach {weekday}|zuletzt"
    ),
    "weekday": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
    "month": (
        "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Frühjahr|Sommer"
        "|Herbst|Winter"
    ),
    "period": "als im {month}|als geplant|als im Vorjahr|als erwartet|gegenüber {month}|am {weekday}",
    "more": "mehr|weniger|höher|niedriger|anders|früher|später|besser|schlechter",
    "connect": "während|denn|obwohl|aber|sodass|wohingegen|seit|und|sofern|doch|bis|sobald|weil|wenn|trotzdem",
    "prep": "in|bei|um|nahe|außerhalb von|nördlich von|südlich von|vor|hinter|rund um|östlich von|unweit von",
    "end": (
        "früh|spät|offen|langsam|öffentlich|dauerhaft|pünktlich|nachts|von Hand|im Netz|gemeinsam|zweimal"
        "|auswärts|ernsthaft|ohne Verzug|unter Protest|schrittweise|wöchentlich|endlich|sorgfältig|ganzjährig"
        "|über Nacht|stromabwärts|schweigend|zögernd"
    ),
    "said": "sagte|betonte|warnte|meinte|glaubte|hoffte|fürchtete|erklärte|behauptete|vermutete|ergänzte|mahnte",
    "said2": "sagte|ergänzte|schrieb|antwortete|erinnerte sich|erklärte|warnte|bemerkte|meinte|schloss|räumte ein",
    "unit": "Tagen|Wochen|Monaten|Jahren|Stunden|Runden|Spielzeiten|Sitzungen|Anhörungen|Fahrten",
    "people": (
        "Anwohner|Landwirte|Händler|Studenten|Lehrer|Pfleger|Ärzte|Fahrer|Fischer|Ingenieure|Maurer|Mieter|Kunden"
        "|Besucher|Aktionäre|Eltern|Gärtner|Schweißer|Schauspieler|Sportler|Trainer|Forscher|Anwälte|Förster"
        "|Beamte|Köche|Töpfer|Reporter|Programmierer|Architekten|Matrosen|Piloten|Bäcker|Bergleute|Pendler"
        "|Rentner|Lehrlinge|Helfer|Brauer|Vermesser|Stadträte|Winzer|Imker"
    ),
    "verb": (
        "verkündeten|billigten|prüften|eröffneten|beendeten|erweiterten|stützten|lieferten|testeten|änderten"
        "|sichteten|erneuerten|ordneten|betrieben|versteigerten|überwachten|unterzeichneten|bauten|lockerten"
        "|förderten|installierten|befragten|zählten|reparierten|versandten|kauften|exportierten|importierten"
        "|verarbeiteten|zeigten|erforschten|planten|verlegten|zerlegten|entdeckten|stoppten|ermutigten|schulten"
        "|suchten|debattierten|verweigerten|verzögerten|kürzten|verlängerten|teilten|verbanden|schützten"
        "|pflanzten|räumten|verwerteten|scannten|forderten|verteidigten"
    ),
    "state": (
        "beeinflussten|ersetzten|bedienten|bedrohten|verbesserten|senkten|hoben|verknüpften|trennten|umgaben"
        "|prägten|bremsten|sparten|begrenzten|schufen|lockten|verbrauchten|verlangten|behielten|verloren"
        "|entschieden|spiegelten|verbargen|enthüllten|nährten|überholten|unterboten|überlebten|füllten|schirmten"
        "|belasteten|erreichten|trugen|fluteten|verdoppelten|halbierten|erleichterten"
    ),
    "adj": (
        "neue|alte|große|kleine|moderne|traditionelle|küstennahe|städtische|regionale|kluge|grüne|saubere"
        "|öffentliche|private|fremde|örtliche|vorläufige|dringende|wichtige|bleibende|seltene|übliche|teure"
        "|billige|robuste|sichere|riskante|lange|kurze|elektrische|automatische|handgemachte|biologische"
        "|tropische|alpine|flache|zentrale|nächtliche|saisonale|frühe|letzte|weitere|eigenartige|historische"
        "|bröckelnde|überfüllte|verlassene|lebhafte|ruhige|stabile|wacklige|offene|verwickelte|hölzerne|enge"
        "|verborgene|sture|großzügige|gefrorene|schlammige|helle"
    ),
    "noun": (
        "Projekte|Brücken|Straßen|Fabriken|Kliniken|Schulen|Märkte|Häfen|Flughäfen|Bahnhöfe|Parks|Stauseen|Dämme"
        "|Kanäle|Wälder|Obstgärten|Felder|Höfe|Dörfer|Feste|Museen|Büchereien|Bühnen|Filme|Bücher|Gemälde"
        "|Turniere|Mannschaften|Spiele|Impfstoffe|Praxen|Arzneien|Mahlzeiten|Preise|Zinsen|Kredite|Aktien"
        "|Anleihen|Haushalte|Steuern|Verträge|Ausschreibungen|Erlöse|Gewinne|Kosten|Aufträge|Lagerhallen|Busse"
        "|Straßenbahnen|Fähren|Lastwagen|Container|Stromnetze|Solaranlagen|Turbinen|Zechen|Leitungen|Brennstoffe"
        "|Brunnen|Kläranlagen|Deponien|Stürme|Fluten|Erdrutsche|Gezeiten|Dürren|Erdbeben|Warnungen|Karten|Daten"
        "|Programme|Netzwerke|Server|Satelliten|Sensoren|Roboter|Chips|Studien|Labore|Gebühren|Prüfungen"
        "|Lehrbücher|Kurse|Stipendien|Wohnheime|Klassenzimmer|Richtlinien|Beschlüsse|Regeln|Gesetze|Urteile"
        "|Prozesse|Akten|Genehmigungen|Formulare|Sitzungen|Berichte|Petitionen|Umfragen|Hotels|Strände|Höhlen"
        "|Gipfel|Denkmäler|Tempel|Altstädte|Küchen|Cafés|Gewürze|Früchte|Krabben|Ernten|Herden|Kutter|Riffe|Vögel"
        "|Elefanten|Schildkröten|Bäume|Gehwege|Garagen|Tunnel|Wohnungen|Aufzüge|Laternen|Ziegel|Balken|Stoffe"
        "|Schuhe|Schränke|Motoren|Arbeitsplätze|Löhne|Renten|Pläne|Modelle|Strategien|Normen|Zeugnisse|Pumpen"
        "|Leuchttürme|Weinberge|Gletscher|Orchester|Archive|Uferwege|Kleingärten|Brennöfen|Gewächshäuser"
        "|Webstühle|Lastkähne|Steinbrüche|Windmühlen"
    ),
    "place": (
        "Altenbrück|Birkenau|Dornstedt|Eichfelden|Finkenwerder|Grünau|Hohenried|Isenbach|Jarlsdorf|Kaltenborn"
        "|Lindenheim|Moorhausen|Niederwall|Ostersiel|Quellental|Rabenfels|Salzhafen|Tannrode|Unterweiler"
        "|Vogelsang|Wiesenthal|Zellingen|Ahrensfurt|Buchholz|Dachstein|Erlenbach|Falkenhorst|Goldbach|Heidestadt"
        "|Kronberg|Lachsbach|Mühlenau|Nordmünde|Rotenfels|Steinhude|Treuenfels"
    ),
    "org": (
        "{trade}verband {place}|{brand}-{company}|{office} {place}|{brand}-Bank|Universität {place}|{brand}-Stiftung"
    ),
    "office": (
        "Stadtrat|Behörde|Kammer|Kommission|Institut|Landkreis|Ministerium|Gericht|Gewerkschaft|Wasserwerk|Klinikum"
    ),
    "company": "Gruppe|Werke|Reederei|Energie|Motoren|Textil|Verlag|Brauerei|Holding",
    "brand": "{family}|{family}-{family}|Nord-{family}|Süd-{family}",
    "trade": "Fischerei|Getreide|Verkehrs|Energie|Wetter|Textil|Stahl|Software|Vieh|Wohnungs|Bahn|Schifffahrts",
    "name": "{given} {family}|{given} {family}-{family}",
    "family": (
        "Albers|Brandt|Claasen|Dreyer|Ebert|Fuchs|Gerlach|Hartwig|Ihde|Jansen|Kessler|Lorenz|Mertens|Nowak|Ohlsen"
        "|Petersen|Quandt|Reimers|Seidel|Thiele|Ulrich|Voss|Wegner|Yilmaz|Ziegler|Kaya|Demir|Arslan|Novak|Horvat"
    ),
    "given": (
        "Anna|Bernd|Clara|Dieter|Elke|Frank|Gisela|Heiko|Ines|Jonas|Karin|Lukas|Maren|Nils|Oda|Paul|Rita|Sven"
        "|Tanja|Uwe|Vera|Wiebke|Aylin|Burak|Can|Derya|Emre|Leyla|Mirko|Jana"
    ),
}

SECTIONS = (
    "Wirtschaft|Politik|Ausland|Sport|Bildung|Gesundheit|Kultur|Wissen|Recht|Reise|Leben|Technik"
    "|Immobilien|Auto|Meinung|Unterhaltung"
).split("|")

LABELS = {
    "paper": "Hafenblatt",
    "page": "seite-",
    "home": "Startseite",
    "related": "Zum Thema",
    "same": "Mehr aus diesem Ressort",
    "read": "Meistgelesen",
    "latest": "Neueste Meldungen",
    "more": "Lesen Sie auch",
    "tags": "Schlagwörter",
    "comments": "Kommentare",
    "newsletter": "Unser Newsletter am Morgen",
    "newsletter_text": (
        "Tragen Sie Ihre Adresse ein, und Sie bekommen, was heute wichtig ist. Abbestellen geht jederzeit."
    ),
    "subscribe": "Abonnieren",
    "footer": "Herausgegeben von der Hafendruckerei. Sitz: Kaistraße 1. Alle Rechte vorbehalten.",
    "next": "Nächste Seite",
    "previous": "Vorige Seite",
    "search": "Suche",
    "print": "Drucken",
    "share": "Teilen",
    "not_found": "Seite nicht gefunden",
    "not_found_text": "Was Sie suchen, ist nicht mehr hier. Gehen Sie zur Startseite oder wählen Sie ein Ressort.",
    "consent": "Wir verwenden Cookies",
    "consent_text": (
        "Um weiterzulesen, erlauben Sie uns und unseren 214 Partnern, Cookies auf Ihrem Gerät zu speichern."
    ),
    "accept": "Alle akzeptieren",
    "calendar": "Kalender für den",
    "live": "Liveblog",
    "weekdays": "Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag",
    "byline": "{weekday}, {day}.{month}.{year}, {hour:02}:{minute:02} Uhr",
}
OFFSET_HOURS = 1
