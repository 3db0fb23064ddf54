// A program that proves itself with its own key and pushes its wishes (private_key_jwt, RFC 9126).
import { refusal, run, visit } from "./conversation.mjs";

const client = await import("openid-client");

await run(async ({ issuer, clientId, pkcs8, kid, redirectUri, signOutUri }) => {
  const key = await crypto.subtle.importKey(
    "pkcs8", Buffer.from(pkcs8, "base64"), { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const config = await client.discovery(
    new URL(issuer), clientId, undefined, client.PrivateKeyJwt({ key, kid }),
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] });

  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const begin = async (more) => client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: redirectUri, scope: "openid profile email offline_access", state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...more,
  });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };

  const address = await begin({});
  const back = await visit(address);
  const tokens = await client.authorizationCodeGrant(config, back, { ...checks, maxAge: 3600 });
  const { sub, acr, amr } = tokens.claims();
  const told = await client.fetchUserInfo(config, tokens.access_token, sub);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  const reused = await refusal(() => client.refreshTokenGrant(config, tokens.refresh_token));
  const afterReuse = await refusal(() => client.refreshTokenGrant(config, refreshed.refresh_token));

  const mixedUp = await visit(await begin({}));
  mixedUp.searchParams.set("iss", "https://other.example");
  const declined = await visit(await begin({ prompt: "none", acr_values: "urn:cityloop:level:2" }));
  const again = await client.authorizationCodeGrant(config, await visit(await begin({ prompt: "none" })), checks);
  await client.tokenRevocation(config, again.refresh_token);

  return {
    parameters: [...address.searchParams.keys()].sort(), sub, acr, amr, told, reused, afterReuse,
    sameSub: again.claims().sub === sub,
    mixedUp: await refusal(() => client.authorizationCodeGrant(config, mixedUp, checks)),
    declined: await refusal(() => client.authorizationCodeGrant(config, declined, checks)),
    revoked: await refusal(() => client.fetchUserInfo(config, again.access_token, sub)),
    signOut: String(client.buildEndSessionUrl(config, {
      id_token_hint: again.id_token, post_logout_redirect_uri: signOutUri, state: "bye",
    })),
  };
});
