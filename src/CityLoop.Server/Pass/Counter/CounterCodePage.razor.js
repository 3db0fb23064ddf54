// A code that has run out is not left on the screen.
const shown = document.getElementById("counter-code");
setTimeout(() => location.reload(), (Number(shown.dataset.seconds) - 5) * 1000);
