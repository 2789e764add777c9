// What Streamlit itself says in English, in Dutch. It has no setting for its language.
const NAMES = {
  "Add": "Voeg toe",
  "Add files": "Kies bestanden",
  "Always rerun": "Altijd opnieuw",
  "App pages": "Pagina's",
  "Cancel": "Annuleer",
  "Choose an option": "Kies",
  "Choose options": "Kies",
  "Choose or add options": "Kies of voeg toe",
  "Choose date": "Kies een datum",
  "Clear all": "Wis alles",
  "Clear date": "Wis de datum",
  "Clear entry": "Wis de invoer",
  "Clear search": "Wis de zoekwoorden",
  "Clear selection": "Wis de keuze",
  "Clear value": "Wis de keuze",
  "Close": "Sluit",
  "Close Search": "Sluit het zoeken",
  "Close fullscreen": "Sluit volledig scherm",
  "Collapse sidebar": "Sluit het menu",
  "Connecting": "Verbinden",
  "CONNECTING": "Verbinden",
  "Connection error": "Geen verbinding",
  "Connection lost. Please wait for the app to reconnect, then try again.":
    "De verbinding is weg. Wacht tot ze er weer is en probeer het opnieuw.",
  "Copied": "Gekopieerd",
  "Copied!": "Gekopieerd",
  "Copy": "Kopieer",
  "Copy to clipboard": "Kopieer",
  "Copy Vega-Lite spec": "Kopieer de grafiek als code",
  "Dataframe column menu": "Menu van de kolom",
  "Decrement": "Verlaag",
  "Dismiss": "Sluit",
  "Dissatisfied": "Ontevreden",
  "Done": "Klaar",
  "Download as CSV": "Bewaar als CSV",
  "Download as PNG": "Bewaar als PNG",
  "Drag and drop a file here": "Sleep een bestand hierheen",
  "Drag and drop files here": "Sleep bestanden hierheen",
  "Enter a value": "Vul iets in",
  "Error": "Fout",
  "Expand sidebar": "Open het menu",
  "Feedback rating": "Oordeel",
  "file upload": "bestand",
  "File change.": "Vraagbaak is vernieuwd.",
  "File type not allowed.": "Dit soort bestand kan niet.",
  "Fullscreen": "Volledig scherm",
  "Hide password": "Verberg het wachtwoord",
  "Home": "Begin",
  "Increment": "Verhoog",
  "Invalid input.": "Dit kan niet.",
  "line mark": "lijn",
  "line mark container": "lijnen",
  "Link to heading": "Link naar deze kop",
  "Logo": "Vraagbaak",
  "Main menu": "Menu",
  "Navigate to home page": "Naar het begin",
  "Network error": "Geen verbinding",
  "Neutral": "Neutraal",
  "Next Result": "Volgende",
  "Next month": "Volgende maand",
  "Next page": "Volgende pagina",
  "No options to select": "Er is niets te kiezen",
  "No results": "Niets gevonden",
  "Notifications": "Meldingen",
  "Open": "Open",
  "Open sidebar": "Open het menu",
  "Page not found": "Deze pagina is er niet",
  "Please wait...": "Wacht even…",
  "Press Enter to apply": "Druk op Enter",
  "Press Enter to submit form": "Druk op Enter",
  "Previous Result": "Vorige",
  "Previous month": "Vorige maand",
  "Previous page": "Vorige pagina",
  "Print": "Druk af",
  "Reconnected to server.": "De verbinding is er weer.",
  "Remove": "Verwijder",
  "Rerun": "Opnieuw",
  "Retry": "Probeer opnieuw",
  "Running...": "Bezig…",
  "RUNNING...": "Bezig…",
  "Satisfied": "Tevreden",
  "Scroll tabs left": "Tabbladen naar links",
  "Scroll tabs right": "Tabbladen naar rechts",
  "Search": "Zoek",
  "Select all": "Kies alles",
  "Select...": "Kies…",
  "Selected values": "Gekozen",
  "Send message": "Verstuur de vraag",
  "Settings": "Instellingen",
  "Show chart": "Toon de grafiek",
  "Show data": "Toon de cijfers",
  "Show password": "Toon het wachtwoord",
  "Show/hide columns": "Toon of verberg kolommen",
  "Sidebar": "Menu",
  "Skip to main content": "Naar de inhoud",
  "Stop": "Stop",
  "Stop script": "Stop",
  "Stopping...": "Stopt…",
  "Streamlit server is not responding. Are you connected to the internet?":
    "Vraagbaak antwoordt niet. Staat het programma nog aan?",
  "The page that you have requested does not seem to exist": "Deze pagina is er niet",
  "The page that you have requested does not seem to exist. Running the app's main page.":
    "Deze pagina bestaat niet. U ziet de eerste pagina.",
  "Theme": "Kleuren",
  "Thumbs down": "Duim omlaag",
  "Thumbs up": "Duim omhoog",
  "Toolbar action": "Knop",
  "Try again": "Probeer opnieuw",
  "Upload": "Kies een bestand",
  "Very dissatisfied": "Zeer ontevreden",
  "Very satisfied": "Zeer tevreden",
  "View less": "Toon minder",
  "Vega visualization": "Grafiek",
  "Warning": "Let op",
  "axis": "as",
  "group mark container": "groep",
  "point": "punt",
  "rule mark": "streep",
  "rule mark container": "strepen",
  "symbol mark container": "punten",
  "visualization": "grafiek",
  "Your app is having trouble loading the component.": "Een onderdeel van de pagina laadt niet.",
};
const PATTERNS = [
  [/^([XY])-axis titled '(.+)' for a .+ scale with values from (.+) to (.+)$/, "$1-as: $2, van $3 tot $4"],
  [/^Help for (.+)$/, "Uitleg bij $1"],
  [/^Remove (.+)$/, "Verwijder $1"],
  [/^Press (.+) to apply$/, "Druk op $1"],
  [/^1 option available\.$/, "1 keuze."],
  [/^(\d+) options available\.$/, "$1 keuzes."],
  [/^View (\d+) more$/, "Toon nog $1"],
  [/^Page (\d+)$/, "Pagina $1"],
  [/^Chat message from .+$/, "Bericht"],
  [/^Add: (.+)$/, "Voeg toe: $1"],
  [/^(\d+)MB per file(.*)$/, "ten hoogste $1 MB$2"],
];
const ATTRIBUTES = ["aria-label", "aria-roledescription", "title", "placeholder", "alt"];
const OURS = ".stHtml, [data-testid='stMarkdownContainer'], script, style, textarea";
const DROPZONE = "[data-testid='stFileUploaderDropzone']";

function dutch(text) {
  const known = text.trim();
  if (Object.hasOwn(NAMES, known)) return NAMES[known];
  const [form, put] = PATTERNS.find(([pattern]) => pattern.test(known)) || [];
  return form ? known.replace(form, put) : undefined;
}

function nameText(root) {
  const skipped = (node) =>
    node.nodeType === Node.ELEMENT_NODE && node.matches(OURS) && !node.closest(DROPZONE); // the label of its own button
  const accept = (node) => (skipped(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accept);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const name = node.nodeType === Node.TEXT_NODE && dutch(node.data);
    if (name && name !== node.data) node.data = name;
  }
}

export function nameAll(root) {
  for (const element of root.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join())) {
    for (const attribute of ATTRIBUTES) {
      const text = element.getAttribute(attribute);
      const name = text && dutch(text);
      if (name && name !== text) element.setAttribute(attribute, name);
    }
  }
  nameText(root);
}
