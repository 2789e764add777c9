"""Words that turn what a sentence says: negation, modality, frequency, quantity, opposites."""

from collections.abc import Sequence

NEGATION = frozenset(
    "niet geen nooit niemand niets niks nergens zonder nauwelijks amper noch evenmin allerminst".split()
)
LACK = frozenset(
    """ontbreken ontbreekt ontbrak ontbreekt ontbrekende ontbrekend gebrek gebrekkig gebrekkige tekort tekortschiet
    tekortschieten tekorten mist missen gemist mis afwezig afwezigheid weinig zelden beperkt beperkte minder weigert
    weigeren weigerde geweigerd uitblijft uitblijven uitgebleven mislukt belemmert belemmerd uitzondering lastig
    moeilijk slecht slechte matig ontoereikend stagneert vermijden voorkomen voorkomt stopt stoppen kwijt verloren
    verliest leeg nadeel nee onnodig tegenvalt behalve""".split()
)
GROUPS: dict[str, dict[str, str]] = {
    "modality": {
        "duty": "verplicht verplichte verplichting verplichtingen",
        "need": "moet moeten moest moesten dient dienen diende vereist "
        "vereiste vereisen noodzakelijk noodzakelijke noodzaak nodig behoort behoren vergt vergen eist eisen",
        "advised": "aanbevolen aanbeveling aanbevelingen adviseert adviseren geadviseerd advies wenselijk raadt "
        "aangeraden beveelt bevelen gewenst zou zouden verwacht verwachten",
        "can": "kan kunnen kon konden mogelijk mogelijke mogelijkheid mogelijkheden",
        "may": "mag mogen mocht mochten toegestaan bevoegd toestemming",
        "free": "vrijwillig vrijwillige vrijblijvend vrijblijvende hoeft hoeven hoefde optioneel facultatief",
        "wish": "wil willen wilde wilden wens wensen",
    },
    "frequency": {
        "always": "altijd steeds telkens voortdurend continu structureel structurele standaard immer constant "
        "permanent stelselmatig consequent",
        "often": "vaak regelmatig veelal meestal doorgaans dikwijls frequent gewoonlijk vaker geregeld periodiek",
        "sometimes": "soms incidenteel wisselend wisselende tijdelijk eenmalig eenmaal",
        "seldom": "zelden nauwelijks amper nooit zeldzaam",
    },
    "quantity": {
        "all": "alle alles allen elke elk ieder iedere iedereen allemaal volledig volledige geheel gehele",
        "most": "meeste merendeel meerderheid grotendeels grootste overgrote vrijwel",
        "many": "veel vele velen talrijke talloze meerdere meer verschillende diverse",
        "some": "sommige sommigen enkele enige paar bepaalde deels gedeeltelijk",
        "few": "weinig minderheid handvol slechts",
        "none": "geen niemand niets niks",
        "only": "alleen enkel slechts uitsluitend louter",
    },
    "decision": {
        "decided": "besluit besluiten besloten besloot vastgesteld beslist",
        "considered": "overweegt overwegen overwogen overweging voornemens voornemen",
    },
}
CLASS_OF: dict[str, list[tuple[str, str]]] = {}
for _group, _classes in GROUPS.items():
    for _name, _words in _classes.items():
        for _word in _words.split():
            CLASS_OF.setdefault(_word, []).append((_group, _name))
# Classes that a restatement may exchange: what one says bears the other out.
BEARS: dict[str, frozenset[str]] = {
    name: frozenset(others.split())
    for name, others in {
        "duty": "duty",
        "need": "need duty",
        "advised": "need advised duty",
        "can": "can may",
        "may": "may can",
        "free": "free can may",
        "wish": "wish advised",
        "always": "always",
        "often": "often always",
        "sometimes": "sometimes",
        "seldom": "seldom",
        "all": "all",
        "most": "most all",
        "many": "many most all",
        "some": "some many few",
        "few": "few only",
        "none": "none",
        "only": "only",
        "decided": "decided",
        "considered": "considered",
    }.items()
}
OPPOSITES = [tuple(line.split("|")) for line in """
meer toename stijging groei hoger groter|minder afname daling lager kleiner
toenemen toegenomen stijgt groeit gestegen steeg vergroot|afnemen afgenomen daalt gedaald verkleint vermindert
verbeterd verbetering verbetert beter|verslechterd verslechtering verslechtert slechter
goed goede positief positieve|slecht slechte negatief negatieve
sterk sterke|zwak zwakke
vroeg vroegtijdig eerder vroeger tijdig|laat later
vooraf voordat alvorens|achteraf nadat
snel sneller snelle|langzaam langzamer traag trage
lang langer langdurig lange|kort korter kortdurend korte
veel|weinig
hoog hoge hogere|laag lage lagere
groot grote grotere|klein kleine kleinere
eerste begin start begint|laatste einde eind eindigt
makkelijk makkelijker gemakkelijk eenvoudig eenvoudiger|moeilijk moeilijker lastig ingewikkeld
intern interne binnen|extern externe buiten
formeel formele|informeel informele
vrijwillig vrijwillige vrijblijvend|verplicht verplichte gedwongen
gezamenlijk gezamenlijke samen|afzonderlijk afzonderlijke apart aparte individueel individuele
met|zonder
wel|niet
vast vaste|wisselend wisselende
kinderen kind|volwassenen volwassene
vader man|moeder vrouw
slachtoffer slachtoffers|pleger plegers dader daders
schriftelijk schriftelijke|mondeling mondelinge
landelijk landelijke|lokaal lokale regionaal regionale
open|gesloten dicht
zwaar zware zwaarder|licht lichte lichter
opschalen opschaling opgeschaald|afschalen afschaling afgeschaald
openen starten gestart|sluiten gesloten afsluiten afgesloten
actief actieve|passief passieve afwachtend
direct directe|indirect indirecte
voldoende genoeg|onvoldoende
enkelvoudig enkelvoudige|meervoudig meervoudige
bijna vrijwel|ruim
minimaal minstens|maximaal hoogstens hooguit
oplopende oplopend|dalende dalend
voordeel voordelen|nadeel nadelen
succes slaagt lukt|faalt mislukt
structureel structurele|incidenteel incidentele tijdelijk tijdelijke
""".strip().splitlines()]  # fmt: skip
OPPOSITE_OF: dict[str, set[str]] = {}
for _one, _other in OPPOSITES:
    for _a in _one.split():
        OPPOSITE_OF.setdefault(_a, set()).update(_other.split())
    for _b in _other.split():
        OPPOSITE_OF.setdefault(_b, set()).update(_one.split())
TURNING = frozenset(CLASS_OF) | NEGATION


def classes(words: Sequence[str]) -> dict[str, set[str]]:
    """Return the classes that the words belong to, by group."""
    found: dict[str, set[str]] = {group: set() for group in GROUPS}
    for word in words:
        for group, name in CLASS_OF.get(word, ()):
            found[group].add(name)
    return found
