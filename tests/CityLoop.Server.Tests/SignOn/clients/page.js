// A service that is a page's script alone: no secret, tokens in the page, another origin than the city's.
const { authority, clientId } = await (await fetch("/settings.json")).json();
const manager = new oidc.UserManager({
  authority,
  client_id: clientId,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: "openid profile email offline_access",
  loadUserInfo: true,
  automaticSilentRenew: false,
});
const show = (what) => {
  document.getElementById("result").textContent = JSON.stringify(what);
};
const attempt = (step) => async () => {
  try {
    await step();
  } catch (error) {
    show({ error: error.error ?? error.message });
  }
};

document.getElementById("sign-in").onclick = attempt(() => manager.signinRedirect());
document.getElementById("sign-out").onclick = attempt(() => manager.signoutRedirect());
document.getElementById("renew").onclick = attempt(async () => {
  const before = await manager.getUser();
  const after = await manager.signinSilent();
  show({ renewed: after.access_token !== before.access_token, sub: after.profile.sub });
});
if (location.pathname === "/callback")
  await attempt(async () => {
    const user = await manager.signinRedirectCallback();
    show({ profile: user.profile, issuer: user.profile.iss });
  })();
