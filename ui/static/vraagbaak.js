// The page's own script. Python draws marks with st.html (see each function); this file sees them come and acts.
import { nameAll } from "./namen.js";
import { guardExit } from "./weg.js";

const seen = new Set(); // the data-keer values that have been acted on
let news;

// <button data-kopieer="TEXT">: copies TEXT and says so for two seconds; data-kopieer-pad="?…" copies that whole address.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-kopieer], [data-kopieer-pad]");
  if (!button || button.dataset.bezig) return;
  const label = button.textContent;
  const copied = await copy(button.dataset.kopieer ?? new URL(button.dataset.kopieerPad, location.href).href);
  button.dataset.bezig = "1";
  button.textContent = copied ? "Gekopieerd" : "Kopiëren lukt niet";
  tell(button.textContent);
  setTimeout(() => {
    button.textContent = label;
    delete button.dataset.bezig;
  }, 2000);
});

// <a data-blijf href="…">: opens a page of ours without leaving the conversation, as Streamlit's own links do: it
// follows the address when the browser says that it has changed.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-blijf]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  dispatchEvent(new PopStateEvent("popstate"));
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // no clipboard on plain http of another machine
  }
}

function copyBySelection(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.className = "vb-verborgen";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

// <span data-nieuws="TEXT" data-keer="UNIQUE">: a screen reader says TEXT.
function tell(text) {
  news.textContent = "";
  setTimeout(() => (news.textContent = text), 50); // the same text twice is news twice
}

// <span data-doel="ID" data-blok="start|center" data-keer="UNIQUE">: brings the element into view, and again where
// Streamlit, which scrolls a chat to its end while it draws, has moved it; a reader who scrolls is left alone.
function bringIntoView(mark) {
  const { doel, blok } = mark.dataset;
  let left = false;
  const leave = () => (left = true);
  const own = ["wheel", "touchmove", "keydown", "pointerdown"];
  own.forEach((name) => addEventListener(name, leave, { once: true, passive: true, capture: true }));
  const go = () => {
    const target = document.getElementById(doel);
    if (left || !target) return;
    target.scrollIntoView({ block: blok || "center" });
    if (target.getAttribute("tabindex") === "-1") target.focus({ preventScroll: true });
  };
  [0, 100, 400, 900, 1700].forEach((ms) => setTimeout(go, ms));
  setTimeout(() => own.forEach((name) => removeEventListener(name, leave, { capture: true })), 2000);
}

// <span data-koekje="TOKEN">: the browser keeps TOKEN a year; an empty one is forgotten.
function keep(token) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = token ? 31536000 : 0;
  document.cookie = `vraagbaak_gebruiker=${encodeURIComponent(token)}; Path=/; Max-Age=${age}; SameSite=Strict${secure}`;
}

function act() {
  for (const mark of document.querySelectorAll("[data-keer]")) {
    const key = mark.dataset.keer + (mark.dataset.doel || "") + (mark.dataset.nieuws || "");
    if (seen.has(key)) continue;
    seen.add(key);
    if ("nieuws" in mark.dataset) tell(mark.dataset.nieuws);
    if ("doel" in mark.dataset) bringIntoView(mark);
  }
  for (const mark of document.querySelectorAll("[data-koekje]:not([data-gedaan])")) {
    mark.dataset.gedaan = "1";
    keep(mark.dataset.koekje);
  }
}

// What stands outside Streamlit's root inherits the theme that Streamlit shows.
function followTheme() {
  const app = document.querySelector(".stApp");
  if (app) document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
}

function begin() {
  news = document.createElement("div");
  news.className = "vb-verborgen";
  news.id = "vb-nieuws";
  news.setAttribute("role", "status");
  news.setAttribute("aria-live", "polite");
  document.body.append(news);
  guardExit();
  let waiting = false;
  const look = () => {
    waiting = false;
    nameAll(document.body);
    followTheme();
    act();
  };
  new MutationObserver(() => {
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["aria-label", "title", "placeholder", "data-keer", "data-koekje", "class"] });
  look();
}

begin();
