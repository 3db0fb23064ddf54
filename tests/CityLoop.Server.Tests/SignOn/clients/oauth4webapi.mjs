// A program with a secret, each step by hand (client_secret_basic).
import { refusal, run, visit } from "./conversation.mjs";

const oauth = await import("oauth4webapi");
const http = { [oauth.allowInsecureRequests]: true };

await run(async ({ issuer, clientId, secret, redirectUri }) => {
  const expected = new URL(issuer);
  const server = await oauth.processDiscoveryResponse(expected, await oauth.discoveryRequest(expected, http));
  const client = { client_id: clientId };
  const proof = oauth.ClientSecretBasic(secret);

  const begin = async (challengeOf) => {
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const address = new URL(server.authorization_endpoint);
    address.search = new URLSearchParams({
      client_id: clientId, redirect_uri: redirectUri, response_type: "code", scope: "openid email offline_access",
      state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(challengeOf), code_challenge_method: "S256",
    });
    return { back: await visit(address), state, nonce };
  };
  const exchange = (answer, verifier) =>
    oauth.authorizationCodeGrantRequest(server, client, proof, answer, redirectUri, verifier, http);

  const verifier = oauth.generateRandomCodeVerifier();
  const { back, state, nonce } = await begin(verifier);
  const otherState = await refusal(() => oauth.validateAuthResponse(server, client, back, "another"));
  const response = await exchange(oauth.validateAuthResponse(server, client, back, state), verifier);
  const tokens = await oauth.processAuthorizationCodeResponse(
    server, client, response, { expectedNonce: nonce, requireIdToken: true });
  await oauth.validateApplicationLevelSignature(server, response, http);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const told = await oauth.processUserInfoResponse(
    server, client, sub, await oauth.userInfoRequest(server, client, tokens.access_token, http));
  const refreshed = await oauth.processRefreshTokenResponse(
    server, client, await oauth.refreshTokenGrantRequest(server, client, proof, tokens.refresh_token, http));

  const second = await begin(verifier);
  const wrongVerifier = await refusal(async () => oauth.processAuthorizationCodeResponse(
    server, client,
    await exchange(oauth.validateAuthResponse(server, client, second.back, second.state), verifier.replace(/^./, "_"))));
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, proof, refreshed.access_token, http));

  return {
    sub, told, otherState, wrongVerifier, scope: refreshed.scope,
    revoked: await refusal(async () => oauth.processRefreshTokenResponse(server, client,
      await oauth.refreshTokenGrantRequest(server, client, proof, refreshed.refresh_token, http))),
    wrongSecret: await refusal(async () => oauth.processRefreshTokenResponse(server, client,
      await oauth.refreshTokenGrantRequest(server, client, oauth.ClientSecretBasic("wrong"), "x", http))),
  };
});
