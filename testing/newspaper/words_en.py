"""English: plural subjects, so that one form of a verb fits all."""

from __future__ import annotations

RULES = {
    "sentence": """
{time}, {org} {verb} {np} {prep} {np} {end}.
{Np} {state} {np}, {connect} {people} {prep} {place} {verb} {np} {end}.
{person} {said} {np} {state} {np} {end}, {connect} {np} {state} {np}.
“{Np} {state} {np}, {connect} {people} {state} {np} {end},” {person} {said2}.
“{People} {prep} {place} {state} {np} {end},” {said2} {person} of {org}.
{Number} {people} {verb} {np} {time2}, {more} {number} {period}.
{Amount} {prep} {np} {verb} {np} {time2}, {more} {amount} {period}.
{Connect} {np} {state} {np}, {org} {verb} {np} {prep} {place} {time2}.
{Np} {prep} {place} {verb} {np}, {person} {said2} {time2}.
{People} {verb} {np} {end}, {connect} {org} {verb} {amount} {prep} {np}.
{time2}, {people} {prep} {place} {verb} {np}, {connect} {np} {state} {np} {end}.
After {number} {unit}, {np} {state} {np}, {person} {said2}.
Without {np}, {people} {state} {np} {prep} {place} {end}, {connect} {np} {state} {np}.
{org} and {org} {verb} {np} {time2}, {connect} {people} {state} {np}.
{Np}, {person} {said2}, {state} {np} {prep} {place} {end}.
For {people} {prep} {place}, {np} {state} {np} {end}; {np} {state} {np}.
""",
    "lead": """
{Np} {prep} {place} {state} {np}, {person} {said2} {time2}.
{People} {prep} {place} {verb} {np}, {connect} {org} {verb} {amount} {prep} {np}.
{time}, {org} {verb} {np}, {connect} {people} {state} {np} {end}.
""",
    "title": """
{place} {people} {verb} {adj} {noun}
{org} {verb} {np} {prep} {noun}
{Adj} {noun} {state} {adj} {noun} {prep} {place}
{person}: {adj} {noun} {state} {noun}
{Number} {people} {verb} {adj} {noun} {time2}
{Np} {state} {np} {end}
""",
    "heading": "{Adj} {noun} {prep} {place}|{People} {state} {noun}|{Noun} {prep} {noun}",
    "caption": "{Np} {prep} {place} {time2}. Photo: {person}|{People} {verb} {adj} {noun}. Photo: {person}",
    "np": (
        "{adj} {noun}|{noun}|{topic}|{adj} {topic}|{number} {adj} {noun}|{noun} {prep} {topic}"
        "|{noun} {prep} {place}|{adj} {adj} {noun}|the {noun}|their {noun}|{place}'s {adj} {noun}"
    ),
    "amount": (
        "£{nz}{d}{d} million|£{nz}.{d} billion|{nz}{d}.{d}%|{nz}.{d}%|{nz}{d},{d}00 tonnes"
        "|{nz},{d}{d}{d} hectares|{nz}{d}{d} miles"
    ),
    "number": (
        "{nz}{d}|{nz}{d}{d}|{nz},{d}{d}{d}|two|three|four|five|six|seven|eight|nine|over {nz}{d}"
        "|nearly {nz}{d}{d}|some {nz}{d}"
    ),
    "time": (
        "On {weekday}|By {weekday}|Late {weekday}|In {month}|Since {month}|Before {month}|Until {weekday}"
        "|After {month}|From {month}"
    ),
    "time2": (
        "on {weekday}|by {month}|in {month}|since {weekday}|this week|last {month}|next {month}|before {weekday}"
        "|after {month}"
    ),
    "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": (
        "January|February|March|April|May|June|July|August|September|October|November|December|spring|summer"
        "|autumn|winter"
    ),
    "period": "than {month}|than planned|than last year|than forecast|against {month}|on {weekday}",
    "more": "up|down|more|fewer|above|below|rather|higher|lower|beyond",
    "connect": "while|because|although|but|so|whereas|since|even as|and|unless|yet|until|just as|once|though|as",
    "prep": (
        "in|near|around|for|across|outside|beyond|without|through|along|under|behind|from|against|within|beside|between"
    ),
    "end": (
        "early|late|openly|slowly|in public|for good|on time|at night|by hand|online|together|twice|abroad"
        "|in earnest|at cost|without delay|under protest|in stages|every week|at last|carefully|all year"
        "|overnight|downstream|in silence|step by step"
    ),
    "said": (
        "said|insisted|warned|argued|thought|noted|recalled|claimed|hoped|feared|explained|admitted|predicted|suspected"
    ),
    "said2": ("said|told reporters|added|wrote|replied|recalled|explained|warned|remarked|argued|concluded|conceded"),
    "unit": "days|weeks|months|years|hours|rounds|seasons|meetings|hearings|trips",
    "people": (
        "residents|farmers|traders|students|teachers|nurses|doctors|drivers|fishermen|engineers|builders|tenants"
        "|customers|visitors|shareholders|parents|growers|welders|actors|athletes|coaches|scientists|lawyers"
        "|rangers|officials|cooks|potters|reporters|coders|architects|sailors|pilots|bakers|miners|librarians"
        "|commuters|pensioners|apprentices|volunteers|brewers|surveyors|councillors"
    ),
    "verb": (
        "announced|approved|proposed|inspected|opened|finished|widened|recalled|backed|delivered|tested|adjusted"
        "|reviewed|upgraded|organised|ran|auctioned|monitored|signed|built|restored|tightened|relaxed|funded"
        "|installed|surveyed|counted|repaired|supplied|shipped|bought|exported|imported|processed|displayed"
        "|studied|planned|moved|dismantled|recorded|discovered|stopped|encouraged|trained|hired|debated|refused"
        "|accepted|delayed|shortened|extended|shared|connected|protected|planted|dredged|recycled|scanned"
    ),
    "state": (
        "affected|replaced|served|threatened|improved|reduced|raised|linked|divided|surrounded|shaped|slowed"
        "|saved|limited|created|attracted|consumed|demanded|kept|lost|decided|reflected|hid|revealed|fed|renewed"
        "|outgrew|undercut|outlived|crowded|sheltered|strained|reached|carried|tempted|flooded|doubled|halved"
        "|balanced|eased|blocked|hastened"
    ),
    "adj": (
        "new|old|large|small|modern|traditional|coastal|urban|regional|clever|green|clean|public|private|foreign"
        "|local|temporary|urgent|vital|lasting|rare|common|costly|cheap|sturdy|safe|risky|lengthy|brief|electric"
        "|automatic|handmade|organic|tropical|upland|alpine|flat|suburban|central|nightly|weekly|seasonal|early"
        "|final|second|unusual|ancient|crumbling|crowded|abandoned|lively|quiet|stable|shaky|open|complex|wooden"
        "|narrow|hidden|stubborn|generous|frozen|muddy|bright"
    ),
    "noun": (
        "projects|bridges|roads|factories|hospitals|schools|markets|harbours|airports|stations|parks|reservoirs"
        "|dams|canals|forests|orchards|fields|farms|villages|festivals|museums|libraries|stages|films|books"
        "|paintings|tournaments|teams|matches|vaccines|clinics|medicines|meals|prices|rates|loans|shares|bonds"
        "|budgets|taxes|contracts|tenders|revenues|profits|costs|orders|warehouses|buses|trams|ferries|lorries"
        "|containers|grids|panels|turbines|coalfields|pipelines|fuels|wells|sewers|landfills|storms|floods"
        "|landslides|tides|droughts|earthquakes|warnings|maps|data|programs|apps|networks|servers|satellites"
        "|sensors|robots|chips|studies|laboratories|fees|exams|textbooks|courses|scholarships|dormitories"
        "|classrooms|policies|resolutions|rules|laws|verdicts|trials|files|permits|forms|meetings|reports"
        "|petitions|surveys|hotels|beaches|caves|summits|monuments|temples|quarters|kitchens|cafes|spices|fruits"
        "|shrimps|crops|herds|trawlers|reefs|birds|elephants|turtles|trees|pavements|garages|tunnels|flats|lifts"
        "|lamps|bricks|beams|fabrics|shoes|cabinets|engines|motorbikes|jobs|wages|pensions|plans|models"
        "|strategies|standards|certificates|pumps|lighthouses|vineyards|glaciers|orchestras|archives|embankments"
        "|allotments|kilns|greenhouses|looms|barges|quarries|windmills"
    ),
    "place": (
        "Aldermere|Brackwell|Carrowby|Dunhaven|Eastling|Farrowick|Glenmoor|Harstead|Inverlay|Kestrel Bay|Larkford"
        "|Mellbourne|Northby|Oxlade|Penmarsh|Quarley|Redcombe|Saltwick|Thornley|Ulverholm|Vinebury|Westerdale"
        "|Yarrowton|Ashcombe|Birchfield|Coldstow|Deepwater|Elmhurst|Fenwick|Gorsey|Hollinside|Ironbridge"
        "|Kingsferry|Lowmoor|Marlwood|Netherby|Orchardleigh|Pikehall|Rushmere|Stonegate"
    ),
    "org": (
        "{place} {office}|{brand} {company}|the {trade} {office}|{brand} Bank|the University of {place}"
        "|the {brand} Fund"
    ),
    "office": ("Council|Board|Agency|Authority|Commission|Institute|Association|Trust|Ministry|Court|Union|Federation"),
    "company": "Group|Holdings|Works|Lines|Foods|Energy|Motors|Textiles|Partners|Press",
    "brand": "{family}|{family} & {family}|Blue {family}|North {family}|{given}'s|Old {family}",
    "trade": "Fisheries|Grain|Transport|Energy|Weather|Textile|Steel|Software|Livestock|Housing|Railway|Shipping",
    "name": "{given} {family}|{given} {initial}. {family}",
    "initial": "A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|W",
    "family": (
        "Abbot|Barlow|Crane|Dalton|Ellery|Finch|Garrow|Hale|Ibbott|Jessop|Kerr|Lowry|Marsh|Nash|Orme|Pryce|Quill"
        "|Rudd|Sorley|Tait|Unwin|Vane|Wray|Yates|Amadi|Chaudhry|Okoro|Patel|Rahman|Silva"
    ),
    "given": (
        "Alice|Bernard|Clara|Dennis|Edith|Frank|Grace|Henry|Iris|James|Kate|Leonard|Maya|Nigel|Olive|Peter|Rosa"
        "|Simon|Tessa|Victor|Wendy|Amir|Bina|Chidi|Deepa|Emeka|Farah|Jamal|Leila|Sanjay"
    ),
}

SECTIONS = (
    "Economy|Politics|World|Sport|Education|Health|Culture|Science|Law|Travel|Living|Technology|Property"
    "|Motoring|Opinion|Entertainment"
).split("|")

LABELS = {
    "paper": "The Harbour Post",
    "page": "page-",
    "home": "Home",
    "related": "Related stories",
    "same": "More in this section",
    "read": "Most read",
    "latest": "Latest",
    "more": "Read more",
    "tags": "Topics",
    "comments": "comments",
    "newsletter": "Get our morning newsletter",
    "newsletter_text": "Enter your address for the stories of the day worth reading. You can unsubscribe at any time.",
    "subscribe": "Sign up",
    "footer": "Published by the Harbour Printing Company. Registered office: 1 Quay Street. All rights reserved.",
    "next": "Next page",
    "previous": "Previous page",
    "search": "Search",
    "print": "Print",
    "share": "Share",
    "not_found": "Page not found",
    "not_found_text": "What you are looking for is no longer here. Go back to the home page or choose a section.",
    "consent": "We use cookies",
    "consent_text": "To read on, please allow us and our 214 partners to store cookies on your device.",
    "accept": "Accept all",
    "calendar": "Diary for",
    "live": "Live",
    "weekdays": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "byline": "{weekday} {day} {monthname} {year}, {hour:02}:{minute:02} GMT",
}
OFFSET_HOURS = 0
