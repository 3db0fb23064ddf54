using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Tests.SignOn;

/// <summary>
/// A program that others wrote signs people in: a script in Node, and the test is the person's browser.
/// </summary>
static class NodeClient
{
    /// <summary>Where the scripts and what npm has installed for them lie.</summary>
    public static string Folder { get; } =
        Path.Combine(Checkout.Root, "tests/CityLoop.Server.Tests/SignOn/clients");

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a script to its end; answers what it found.</summary>
    /// <param name="folder">Where it lies; <see cref="Folder"/> unless told.</param>
    public static async Task<JsonElement> RunAsync(
        string script, object settings, Func<string, Task<Uri>> visit, string? folder = null)
    {
        folder ??= Folder;
        Directory.Exists(Path.Combine(folder, "node_modules")).ShouldBeTrue(
            $"The programs are not there: ./cityloop test installs them, or npm ci in {folder}.");
        using var patience = new CancellationTokenSource(Patience);
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, script)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        })!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(patience.Token);
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
            while (await node.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                var said = JsonDocument.Parse(line).RootElement;
                if (said.TryGetProperty("done", out var done))
                    return done;
                var back = await visit(said.GetProperty("visit").GetString()!);
                await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { back = back.AbsoluteUri }));
            }

            throw new ShouldAssertException($"{script} gave up: {await errors}");
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }
}
