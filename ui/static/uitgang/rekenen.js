// A calculator: sum, product and brackets, read from left to right by two functions. No eval.
const shown = document.getElementById("uitkomst");
let typed = "";

function value(text) {
  const tokens = text.match(/\d+(?:\.\d+)?|[-+*/()]/g) || [];
  let at = 0;
  const factor = () => {
    const token = tokens[at++];
    if (token === "-") return -factor();
    if (token !== "(") return Number(token);
    const inner = sum();
    at++; // the closing bracket
    return inner;
  };
  const product = () => {
    let result = factor();
    while (tokens[at] === "*" || tokens[at] === "/") result = tokens[at++] === "*" ? result * factor() : result / factor();
    return result;
  };
  const sum = () => {
    let result = product();
    while (tokens[at] === "+" || tokens[at] === "-") result = tokens[at++] === "+" ? result + product() : result - product();
    return result;
  };
  return sum();
}

function press(key) {
  if (key === "C") typed = "";
  else if (key === "Backspace") typed = typed.slice(0, -1);
  else if (key === "=") {
    const result = value(typed.replaceAll(",", "."));
    typed = Number.isFinite(result) ? String(Number(result.toPrecision(12))).replace(".", ",") : "";
    if (!typed) return (shown.textContent = "Dat kan niet");
  } else typed += key;
  shown.textContent = typed.replaceAll("*", "×").replaceAll("/", "÷") || "0";
}

document.addEventListener("click", (event) => {
  const key = event.target.dataset?.toets;
  if (key) press(key);
});
document.addEventListener("keydown", (event) => {
  const key = event.key === "Enter" ? "=" : event.key === "." ? "," : event.key;
  if (!document.querySelector(`[data-toets="${CSS.escape(key)}"]`)) return;
  event.preventDefault();
  press(key);
});
