"""What the screen says when a file is refused: why, and what the reader can do about it."""

from ingest.reading.limits import MIN_LETTERS

WHAT_IS_READ = "Vraagbaak leest PDF (.pdf), Word (.docx), webpagina's (.html), Markdown (.md) en tekst (.txt)."
AGAIN_IN_WORD = "Vraagbaak leest het niet. Bewaar het opnieuw in Word als gewoon Word-document (.docx)."

NO_FILE = "Dit is geen gewoon bestand. Kies het bestand zelf, geen map of snelkoppeling."
UNREADABLE = "Dit bestand mag niet worden gelezen. Geef Vraagbaak leesrecht op het bestand en probeer het opnieuw."
EMPTY = "Dit bestand is leeg."
TOO_BIG = "Dit bestand is groter dan 50 MB. Splits het, of bewaar het met kleinere afbeeldingen."
TOO_LONG = "Dit bestand bevat meer dan 5 miljoen tekens. Splits het in kleinere bestanden."
TOO_SLOW = "Het lezen van dit bestand duurt te lang. Splits het, of bewaar het opnieuw als PDF of Word-document."
TOO_MUCH_MEMORY = "Dit bestand vraagt te veel geheugen. Splits het, of bewaar het opnieuw als PDF of Word-document."
DAMAGED = (
    "Dit bestand is beschadigd of niet compleet. "
    "Open het in het programma waarmee het is gemaakt en bewaar het opnieuw."
)
NOT_TEXT = "Dit bestand bevat geen leesbare tekst. Bewaar het opnieuw als tekst (UTF-8), Word-document of PDF."
TOO_LITTLE = f"In dit bestand staat te weinig tekst (minder dan {MIN_LETTERS} letters) om als rapport te gebruiken."
PICTURE = (
    "Dit Word-document bestaat uit afbeeldingen zonder tekst. "
    "Vraag de maker om een versie met tekst, of bewaar het als PDF en laat de tekst herkennen (OCR)."
)
OLD_OFFICE = "Dit is een Office-bestand van voor 2007. Bewaar het als Word-document (.docx) of PDF."
PASSWORD = "Dit bestand is beveiligd met een wachtwoord. Bewaar het zonder wachtwoord en probeer het opnieuw."
MACROS = "Dit bestand bevat macro's (programma's). Bewaar het als gewoon Word-document (.docx) of PDF."
BOMB = f"Dit bestand wordt bij het uitpakken veel te groot. {AGAIN_IN_WORD}"
DECLARES = f"Dit Word-document bevat verboden XML-opdrachten. {AGAIN_IN_WORD}"
ODD_NAMES = f"Dit bestand is anders ingepakt dan een Word-document hoort te zijn. {AGAIN_IN_WORD}"
STRICT_FORM = f"Dit is een document in de vorm 'Strict Open XML'. {AGAIN_IN_WORD}"


def wrong_ending(ending: str) -> str:
    """Return the sentence for a type that is not read."""
    return f"Een bestand dat eindigt op {ending} leest Vraagbaak niet. {WHAT_IS_READ}"


def wrong_content(ending: str, content: str) -> str:
    """Return the sentence for content that is not read or not what the name says; ``content`` is Dutch."""
    if not ending:
        return f"Dit is {content}. {WHAT_IS_READ}"
    return f"De naam eindigt op {ending}, maar de inhoud is {content}. {WHAT_IS_READ}"
