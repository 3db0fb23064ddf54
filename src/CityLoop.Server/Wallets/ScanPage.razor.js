// Reads a shop's code with the camera and goes where it leads.
import { Camera } from "/scan.js";

const page = document.getElementById("scan");
const byId = (id) => document.getElementById(id);
const camera = new Camera(byId("video"), page.dataset.jsqr);

byId("start").hidden = false;
byId("start").addEventListener("click", async () => {
  byId("start").hidden = true;
  try {
    await camera.look(() => { byId("camera").hidden = false; }, (text) => {
      if (!text.startsWith("0002") && !text.includes("/pay/")) return false;
      navigator.vibrate?.(60);
      location.assign(`/scan?text=${encodeURIComponent(text)}`);
      return true;
    });
  } catch {
    camera.stop();
    byId("no-camera").hidden = false;
    byId("text").focus();
  }
});
