using System.CommandLine;
using CityLoop.Server.Operations;

namespace CityLoop.Server.SignOn;

/// <summary>The operator's way to make a stolen signing key worthless at once.</summary>
static class ReplaceKeysVerb
{
    public static Command Create()
    {
        var command = new Command(
            "replace-keys", "Throw the signing keys of sign-on away at once and begin with a new one, after a theft.");
        command.Works(async (_, services, output, cancellation) =>
        {
            var (gone, begun) = await services.GetRequiredService<SigningKeys>().ReplaceAllAsync(cancellation);
            output.Line($"{gone.Count} signing keys are gone from the list, and {begun} signs from now on.");
            output.Line("Services that kept the list believe the old ones until they read it anew, some for a day.");
            output.Line("Tell them to read it now.");
            output.Json(new { gone, begun });
            return ExitCode.Done;
        });
        return command;
    }
}
