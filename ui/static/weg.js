// "Verlaat deze pagina snel": blanks the page, and leaves as little of it in the tab's history as a browser allows.
const MARK = "vb-weg"; // in sessionStorage: this tab has left; coming back with the back button leaves again
const PLACE = "vbPlaats"; // in history.state: how many entries of ours stand before this one
const TWICE = 1500; // milliseconds between two presses of Escape
const TITLE = "Rekenmachine";
const BLANK = "data:,";

const address = () =>
  new URL(document.querySelector('meta[name="vraagbaak-uitgang"]')?.content || "./rekenmachine/", location.origin).href;

function blank() {
  document.documentElement.classList.add("vb-leeg");
  document.title = TITLE;
  // Streamlit, still running, would name the page again and write its address down.
  Object.defineProperty(document, "title", { set: () => {} });
  history.pushState = history.replaceState = () => {};
  document.querySelectorAll('link[rel~="icon"]').forEach((link) => (link.href = BLANK));
}

// At our first entry: it gets a neutral address, and going on from it drops all entries after it. (Going on to the
// address that an entry has already would replace that entry, and drop nothing.)
function go() {
  History.prototype.replaceState.call(history, null, "", "/rekenmachine/index.html");
  const title = document.querySelector("title");
  title.textContent = "";
  title.textContent = TITLE; // set anew: the entry has kept the title of when it was read
  setTimeout(() => location.assign(address()), 50); // the browser writes the title down first
}

function leave() {
  blank();
  sessionStorage.clear();
  sessionStorage.setItem(MARK, "1");
  const back = window.navigation?.currentEntry ? navigation.currentEntry.index : history.state?.[PLACE] || 0;
  if (back <= 0) return go();
  addEventListener("popstate", go, { once: true, capture: true });
  history.go(-back); // an entry of another document loads anew; guardExit then goes on
  setTimeout(() => location.replace(address()), 3000); // in case the browser does not go back
}

function cameBack() {
  const entry = performance.getEntriesByType("navigation")[0];
  return sessionStorage.getItem(MARK) === "1" && entry?.type !== "navigate";
}

// Streamlit's own entries carry a count, for browsers without the Navigation API.
function countEntries() {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const place = () => history.state?.[PLACE] || 0;
  history.pushState = (state, title, url) => push({ ...state, [PLACE]: place() + 1 }, title, url);
  history.replaceState = (state, title, url) => replace({ ...state, [PLACE]: place() }, title, url);
}

function drawButton() {
  const region = document.createElement("aside");
  region.className = "vb-weg";
  region.setAttribute("aria-label", "Snel weg");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Verlaat deze pagina snel";
  button.title = "Of druk twee keer op Escape";
  button.addEventListener("click", leave);
  region.append(button);
  document.body.prepend(region);
}

function listenForEscape() {
  let last = -Infinity;
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - last < TWICE) leave();
      last = event.timeStamp;
    },
    true, // before Streamlit's dialogs, which take Escape for themselves
  );
}

export function guardExit() {
  if (cameBack()) {
    blank();
    if (document.readyState === "complete") go();
    else addEventListener("load", () => setTimeout(go), { once: true }); // earlier, the browser keeps what lies ahead
    return;
  }
  sessionStorage.removeItem(MARK);
  addEventListener("pageshow", (event) => {
    if (event.persisted && sessionStorage.getItem(MARK)) location.replace(address());
  });
  countEntries();
  drawButton();
  listenForEscape();
}
