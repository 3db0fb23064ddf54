using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>An office with a system of its own that others' libraries are made of: a program in Node.</summary>
sealed class RemoteOfficeProgram : IAsyncDisposable
{
    readonly Process _node = Process.Start(new ProcessStartInfo(
        "node", [Path.Combine(CredentialProgram.Folder, "remote-office.mjs")])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true,
        StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
    })!;

    bool _hasGone;

    public string Address { get; private set; } = "";

    /// <summary>Its JWK set.</summary>
    public string Keys { get; private set; } = "";

    public static async Task<RemoteOfficeProgram> StartAsync()
    {
        var program = new RemoteOfficeProgram();
        var said = await program.HearAsync();
        program.Address = said.GetProperty("address").GetString()!;
        program.Keys = said.GetProperty("keys").GetRawText();
        return program;
    }

    /// <summary>What its register holds from now on, and how it misbehaves.</summary>
    public async Task SetAsync(object settings)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings));
        await HearAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_hasGone)
            return;
        _hasGone = true;
        _node.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    async Task<JsonElement> HearAsync() => JsonDocument.Parse(
        await _node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The office has gone."))
        .RootElement;
}
