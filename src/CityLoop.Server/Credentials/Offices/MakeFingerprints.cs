using System.Buffers.Text;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CsvHelper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>
/// Turns the numbers of an office with a system of its own into the fingerprints by which the city will ask it. Nothing
/// of the file is kept.
/// </summary>
static class MakeFingerprints
{
    public const string Address = "/desk/office-fingerprints";

    /// <summary>The columns of the file; the answer has the fingerprint behind them.</summary>
    public const string Header = "document,number";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost(Address, HandleAsync).RequireAuthorization(Roles.CityStaff).ExcludeFromDescription();

    static async Task<Results<FileContentHttpResult, RedirectHttpResult>> HandleAsync(
        [FromForm] string? office, HttpRequest request, OfficeStore offices, DocumentPrints prints,
        CancellationToken cancellation)
    {
        if (await offices.FindAsync(office ?? "", cancellation) is not { IsRemote: true } asked)
            return TypedResults.Redirect("/desk/offices");
        // A form without a file may come in the other encoding, and is told what is missing like any other.
        var file = request.Form.Files.GetFile("file");
        using var text = new StreamReader(file?.OpenReadStream() ?? Stream.Null);
        if (Read(await text.ReadToEndAsync(cancellation)) is not { } lines)
            return TypedResults.Redirect($"/desk/offices/{asked.Code}?problem=fingerprint_file_not_taken");
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
