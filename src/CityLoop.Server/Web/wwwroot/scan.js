// The camera that reads codes. The browser's own detector where there is one, else jsQR, which is fetched only then.

export class Camera {
  #video;
  #jsqr;
  #stream;
  #isWanted = false;

  /** @param jsqr the address of jsQR. */
  constructor(video, jsqr) {
    this.#video = video;
    this.#jsqr = jsqr;
  }

  /**
   * Looks until a text is taken or somebody stops it; throws where there is no camera.
   * @param started is called as soon as there is a picture.
   * @param take answers true for the text that was looked for.
   */
  async look(started, take) {
    this.#isWanted = true;
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!this.#isWanted) return this.stop();
    this.#video.srcObject = this.#stream;
    started();
    await this.#video.play();
    const detect = await this.#detector();
    while (this.#isWanted) {
      const text = this.#video.readyState >= 2 ? await detect(this.#video) : undefined;
      if (this.#isWanted && text && take(text)) return this.stop();
      await new Promise((next) => setTimeout(next, 120));
    }
  }

  stop() {
    this.#isWanted = false;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
  }

  async #detector() {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const own = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await own.detect(video))[0]?.rawValue;
    }
    await import(this.#jsqr);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, 640 / video.videoWidth);
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      const image = pen.getImageData(0, 0, canvas.width, canvas.height);
      return globalThis.jsQR(image.data, image.width, image.height, { inversionAttempts: "dontInvert" })?.data;
    };
  }
}
