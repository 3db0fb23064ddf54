using System.Buffers.Text;
using System.Security.Claims;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Levels;
using CsvHelper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>A file whose numbers are to be turned into fingerprints: its SHA-256, and how many there are.</summary>
sealed record FingerprintFile(string Sha256, int Lines);

/// <summary>
/// Turns the numbers of an office with a system of its own into the fingerprints by which the city will ask it: another
/// officer agrees to the file first, and then the one who asked sends it again. No number of it is kept. Who had
/// fingerprints at will and a copy of the tables could try out whose lines are whose.
/// </summary>
static class MakeFingerprints
{
    public const string Address = "/desk/office-fingerprints";

    /// <summary>The columns of the file; the answer has the fingerprint behind them.</summary>
    public const string Header = "document,number";

    /// <summary>So many in <see cref="Within"/> in the whole city: far fewer than there are numbers to try.</summary>
    public const int Max = 300_000;

    public static readonly TimeSpan Within = TimeSpan.FromDays(30);

    /// <summary>So long after the second officer's yes the file may be sent.</summary>
    public static readonly TimeSpan UseWithin = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    static async Task<Results<FileContentHttpResult, RedirectHttpResult>> HandleAsync(
        [FromForm] string? office, [FromForm] string? what, HttpRequest request, ClaimsPrincipal officer,
        OfficeStore offices, OfficeChanges changes, DocumentPrints prints, CancellationToken cancellation)
    {
        if (await offices.FindAsync(office ?? "", cancellation) is not { IsRemote: true } asked)
            return TypedResults.Redirect("/desk/offices");
        RedirectHttpResult Back(string query) => TypedResults.Redirect($"/desk/offices/{asked.Code}?{query}");
        // A form without a file may come in the other encoding, and is told what is missing like any other.
        if (request.Form.Files.GetFile("file") is not { } file)
            return Back("problem=fingerprint_file_not_taken");
        var (text, sha256) = await SentFile.ReadAsync(file, cancellation);
        if (Read(text) is not { } lines)
            return Back("problem=fingerprint_file_not_taken");
        if (what != "make")
        {
            var outcome = await changes.AskForFingerprintsAsync(
                officer.PersonId(), asked, new FingerprintFile(sha256, lines.Count), cancellation);
            return Back(outcome == OfficeChangeOutcome.Waits
                ? "done=asked" : $"problem={DecideOfficeChange.ProblemOf(outcome)}");
        }

        if (!await changes.UseFingerprintsAsync(officer.PersonId(), asked, sha256, cancellation))
            return Back("problem=fingerprints_not_approved");
        var answer = new StringBuilder($"{Header},fingerprint\n");
        foreach (var (document, number) in lines)
        {
            var print = Base64Url.EncodeToString(await prints.OfAsync(document, number, cancellation));
            answer.Append(document).Append(',').Append(number).Append(',').Append(print).Append('\n');
        }

        return TypedResults.File(
            Encoding.UTF8.GetBytes(answer.ToString()), "text/csv", $"fingerprints-{asked.Code}.csv");
    }

    // Null when the header or a line is wrong: an office is not to look for people under half a list.
    static List<(string Document, string Number)>? Read(string text)
    {
        var lines = new List<(string, string)>();
        using var csv = CsvReader.FromText(text, new CsvReaderOptions
        {
            MalformedData = CsvMalformedDataHandling.Throw, FieldCountMismatch = CsvFieldCountHandling.Throw,
        });
        try
        {
            csv.ReadHeader();
            if (!Header.Split(',').SequenceEqual(csv.Headers))
                return null;
            while (csv.Read())
            {
                var document = csv.GetString("document")?.Trim() ?? "";
                var number = DocumentNumbers.Normalised(csv.GetString("number"));
                if (!Documents.All.Contains(document) || DocumentNumbers.FaultOf(document, number) is not null)
                    return null;
                lines.Add((document, number));
            }
        }
        catch (CsvFormatException)
        {
            return null;
        }

        return lines.Count > 0 ? lines : null;
    }
}
