// One device, several people: a page that was drawn for one person does not stay when another is here, or nobody.
const person = document.documentElement.dataset.person;

if (person !== undefined) {
  const leave = () => {
    document.body.hidden = true;
    // Asked for anew, and never sent again: this page may be the answer to a form.
    location.replace(location.pathname + location.search);
  };
  const windows = new BroadcastChannel("person");
  windows.addEventListener("message", (said) => { if (said.data !== person) leave(); });
  windows.postMessage(person);
  // A browser that keeps whole pages for the back button shows them without asking.
  addEventListener("pageshow", (shown) => { if (shown.persisted) leave(); });
}
