// Prints the shop's code; without this script the browser's own menu does.
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
