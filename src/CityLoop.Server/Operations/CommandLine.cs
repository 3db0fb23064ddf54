using CityLoop.Server.Web;

namespace CityLoop.Server.Operations;

/// <summary>The operator's verbs; `./cityloop` hands over to them.</summary>
static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var app = CityApplication.Build(args);
        await app.RunAsync();
        return 0;
    }
}
