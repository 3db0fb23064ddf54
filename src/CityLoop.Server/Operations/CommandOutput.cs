using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace CityLoop.Server.Operations;

/// <summary>
/// What a verb says. With <c>--json</c> standard output carries one object and all else goes to the error stream.
/// </summary>
#pragma warning disable RS0030 // The command line's one way to the console; all else goes through it.
sealed class CommandOutput(bool json)
{
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>A line of the answer for a person.</summary>
    public void Line(string text = "") => (json ? Console.Error : Console.Out).WriteLine(text);

    /// <summary>The answer for a program; nothing without <c>--json</c>.</summary>
    public void Json(object answer)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(answer, Format));
    }

    /// <summary>
    /// Where long work stands; overwrites itself on a terminal and is left out of files but for the last.
    /// </summary>
    public void Progress(string text)
    {
        if (Console.IsErrorRedirected)
            return;
        Console.Error.Write($"\r\e[K{text}");
    }

    /// <summary>Ends a line of progress.</summary>
    public void ProgressEnds()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r\e[K");
    }

    /// <summary>Standard output itself, for an answer that is a file.</summary>
    public static Stream Answer() => Console.OpenStandardOutput();

    /// <summary>Why nothing was done.</summary>
    public static void Error(string text) => Console.Error.WriteLine(text);
}
#pragma warning restore RS0030
