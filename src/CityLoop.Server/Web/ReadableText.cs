using System.Globalization;
using System.Text.Unicode;
using CityLoop.Server.Web.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace CityLoop.Server.Web;

/// <summary>
/// Text that no table can keep (NUL) and no reader can show (half a character, bytes that are no UTF-8) is refused at
/// the door of every page and call, so that no use case has to think of it.
/// </summary>
static class ReadableText
{
    const int HexDigits = 4;

    /// <summary>Behind the check of forms, which has read them.</summary>
    public static void UseReadableText(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (await IsReadableAsync(context))
            await next(context);
        else
            await ErrorPages.AnswerAsync(context, StatusCodes.Status400BadRequest, "bad_text");
    });

    /// <summary>Whether every string of a JSON text is made of whole characters, none of them NUL.</summary>
    /// <param name="json">In UTF-8; that it is JSON at all is its reader's business.</param>
    public static bool IsReadable(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json) || json.Contains((byte)0))
            return false;
        var awaitsSecondHalf = false;
        while (json.IndexOf((byte)'\\') is >= 0 and var at)
        {
            var unit = UnitOf(json[(at + 1)..]);
            if (unit == 0 || (awaitsSecondHalf && at > 0) || awaitsSecondHalf != char.IsLowSurrogate((char)unit))
                return false;
            awaitsSecondHalf = char.IsHighSurrogate((char)unit);
            json = json[Math.Min(json.Length, at + (unit == NoUnit ? 2 : 2 + HexDigits))..];
        }

        return !awaitsSecondHalf;
    }

    // Any letter will do: what is behind the backslash is a whole character or no JSON.
    const int NoUnit = 'n';

    /// <summary>The UTF-16 unit that an escape names: <c>u0041</c> behind the backslash.</summary>
    static int UnitOf(ReadOnlySpan<byte> escape) =>
        escape.Length > HexDigits && escape[0] == 'u' && ushort.TryParse(
            escape[1..(1 + HexDigits)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? unit
            : NoUnit;

    static async Task<bool> IsReadableAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Query.Any(query => query.Value.Any(HasNul)))
            return false;
        if (request.Method is "GET" or "HEAD" or "OPTIONS")
            return true;
        if (ErrorPages.IsForPrograms(request.Path))
            return IsReadable(await BodyAsync(context));
        return !request.HasFormContentType
            || !(await request.ReadFormAsync(context.RequestAborted)).Any(field => field.Value.Any(HasNul));
    }

    // Half a character cannot come this way: addresses and forms are decoded from UTF-8, which has no halves.
    static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    /// <summary>
    /// The whole body, at most <see cref="Security.BodyBytesMax"/>; the use case then reads it again.
    /// </summary>
    static async Task<byte[]> BodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
            return [];
        var kept = new MemoryStream();
        await context.Request.Body.CopyToAsync(kept, context.RequestAborted);
        kept.Position = 0;
        context.Request.Body = kept;
        context.Response.RegisterForDispose(kept);
        return kept.ToArray();
    }
}
