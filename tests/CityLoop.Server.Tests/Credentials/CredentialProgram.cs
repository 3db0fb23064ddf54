using System.Text.Json;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.SignOn;

namespace CityLoop.Server.Tests.Credentials;

/// <summary>A program that others wrote makes, shows or reads credentials: a script in Node.</summary>
static class CredentialProgram
{
    /// <summary>Where the scripts and what npm has installed for them lie.</summary>
    public static string Folder { get; } =
        Path.Combine(Checkout.Root, "tests/CityLoop.Server.Tests/Credentials/programs");

    public static Task<JsonElement> RunAsync(string script, object settings) =>
        RunAsync(script, settings, _ => throw new InvalidOperationException("It visits nothing."));

    /// <summary>A program that sends a person's browser to addresses; the test is the browser.</summary>
    public static Task<JsonElement> RunAsync(string script, object settings, Func<string, Task<Uri>> visit) =>
        NodeClient.RunAsync(script, settings, visit, Folder);
}
