// Passkeys between the browser, which speaks in bytes, and the city's API, which speaks WebAuthn's JSON.

export const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** The credentials of an offer or a challenge, as the browser takes them. */
export const knownOf = (credentials) => (credentials ?? []).map((c) => ({ ...c, id: bytesOf(c.id) }));

/** A credential that the browser made or used, as the API takes it: of a new one's parts or a sign-in's, those it has. */
export const answerOf = ({ id, rawId, type, response, authenticatorAttachment }) => ({
  id,
  rawId: textOf(rawId),
  type,
  authenticatorAttachment,
  clientExtensionResults: {},
  response: {
    transports: response.getTransports?.() ?? [],
    ...Object.fromEntries(
      ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
        .filter((part) => response[part])
        .map((part) => [part, textOf(response[part])])),
  },
});
