namespace CityLoop.Server.SignOn;

/// <summary>Tells programs where everything is and what is possible (OpenID Connect Discovery, RFC 8414).</summary>
static class ShowDiscovery
{
    public const string Address = "/.well-known/openid-configuration";
    public const string KeysAddress = "/oidc/keys";

    /// <summary>Much shorter than a key is published before it signs.</summary>
    const string Cache = "public, max-age=3600";

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder protocol) => protocol.MapGet(Address, Handle);

    public static RouteHandlerBuilder MapKeys(IEndpointRouteBuilder protocol) =>
        protocol.MapGet(KeysAddress, HandleKeys);

    static IResult Handle(HttpContext context, Issuer issuers)
    {
        context.Response.Headers.CacheControl = Cache;
        var issuer = issuers.Of(context.Request);
        var authentication = These("client_secret_basic", "private_key_jwt", "none");
        return Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = issuer,
            ["authorization_endpoint"] = issuer + Authorize.Address,
            ["token_endpoint"] = issuer + IssueTokens.Address,
            ["userinfo_endpoint"] = issuer + ShowUserInfo.Address,
            ["jwks_uri"] = issuer + KeysAddress,
            ["pushed_authorization_request_endpoint"] = issuer + PushRequest.Address,
            ["revocation_endpoint"] = issuer + RevokeToken.Address,
            ["end_session_endpoint"] = issuer + SignOutFromService.Address,
            ["scopes_supported"] = Scopes.All.Select(scope => scope.Name),
            ["claims_supported"] =
                Scopes.All.SelectMany(scope => scope.Claims).Concat(["auth_time", "acr", "amr", "sid"]),
            ["acr_values_supported"] = Levels.All,
            ["response_types_supported"] = These("code"),
            ["response_modes_supported"] = These("query"),
            ["grant_types_supported"] = These("authorization_code", "refresh_token"),
            ["subject_types_supported"] = These("pairwise"),
            ["prompt_values_supported"] = These("none", "login", "consent"),
            ["code_challenge_methods_supported"] = These("S256"),
            ["id_token_signing_alg_values_supported"] = These("ES256"),
            ["token_endpoint_auth_methods_supported"] = authentication,
            ["token_endpoint_auth_signing_alg_values_supported"] = These("ES256"),
            ["revocation_endpoint_auth_methods_supported"] = authentication,
            ["revocation_endpoint_auth_signing_alg_values_supported"] = These("ES256"),
            ["authorization_response_iss_parameter_supported"] = true,
            ["require_pushed_authorization_requests"] = false,
            ["claims_parameter_supported"] = false,
            ["request_parameter_supported"] = false,
            ["request_uri_parameter_supported"] = false,
        });
    }

    static string[] These(params string[] values) => values;

    static async Task<IResult> HandleKeys(HttpContext context, SigningKeys keys)
    {
        context.Response.Headers.CacheControl = Cache;
        var published = await keys.PublishedAsync(context.RequestAborted);
        return Results.Json(new
        {
            keys = published.Select(key => new
            {
                kty = "EC", crv = "P-256", x = key.X, y = key.Y, kid = key.Kid, use = "sig", alg = "ES256",
            }),
        });
    }
}
