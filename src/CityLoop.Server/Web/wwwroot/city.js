// What the pages' own scripts share: calls to the city's API.

/** An answer that says no; `message` is a sentence for the reader, `code` is stable. */
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? String(status));
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/** Calls the API; answers the body, or throws a Problem. `patienceMs`: a network that says nothing for so long is none. */
export async function call(method, address, body, patienceMs) {
  // For whom the page was drawn: another tab may be somebody else's by now.
  const person = document.documentElement.dataset.person || "1";
  const response = await fetch(address, {
    method,
    headers: { "X-CityLoop": person, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: patienceMs ? AbortSignal.timeout?.(patienceMs) : undefined,
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Problem(response.status, answer ?? {});
  return answer;
}

/** Tells ears and hands that a payment is done; a browser that may not sound yet only shows it. */
export function chime() {
  navigator.vibrate?.([80, 60, 80]);
  try {
    const sound = new AudioContext();
    const volume = new GainNode(sound, { gain: 0.2 });
    volume.connect(sound.destination);
    [[880, 0], [1320, 0.12]].forEach(([frequency, after]) => {
      const tone = new OscillatorNode(sound, { frequency });
      tone.connect(volume);
      tone.start(sound.currentTime + after);
      tone.stop(sound.currentTime + after + 0.15);
    });
    setTimeout(() => sound.close(), 600);
  } catch {
    // No sound on this machine.
  }
}
