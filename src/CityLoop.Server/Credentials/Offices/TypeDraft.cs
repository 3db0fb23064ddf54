using System.Globalization;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Identity;
using CityLoop.Server.Credentials.SdJwts;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>A field as it was typed in, and as the table keeps it.</summary>
public sealed record FieldDraft(string Name, string Chinese, string English, string Japanese, bool IsSensitive)
{
    internal LocalNames Names => new TypedText(Chinese, English, Japanese).Names;
}

/// <summary>A kind of credential as an officer typed it in, before anything is believed.</summary>
public sealed partial record TypeDraft
{
    public const int NameMax = 80;
    const int FieldsMax = 24;
    const int DaysMax = 365;

    /// <summary>What stands at the end of a field's line when it tells something delicate.</summary>
    const string Sensitive = "*";

    /// <summary>In addresses, for ever: <c>low-income</c>.</summary>
    public string Code { get; init; } = "";
    public TypedText Name { get; init; } = TypedText.None;
    public string ValidDays { get; init; } = "30";

    /// <summary>A line for each field: <c>category | 類別 | Category | 区分 | *</c>.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Who shows one to the city is known to it as if a counter had checked them.</summary>
    public bool ProvesIdentity { get; init; }

    public static TypeDraft Of(IFormCollection form)
    {
        string One(string name) => form[name].ToString().Trim();
        return new TypeDraft
        {
            Code = One("code").ToLowerInvariant(),
            Name = TypedText.Of(form, "name"),
            ValidDays = One("validDays"),
            Fields = One("fields"),
            ProvesIdentity = One("provesIdentity") == "yes",
        };
    }

    internal static TypeDraft Of(CredentialType type) => new()
    {
        Code = type.Code,
        Name = TypedText.Of(type.Names),
        ValidDays = type.ValidDays.ToString(CultureInfo.InvariantCulture),
        Fields = string.Join('\n', type.Fields.Select(field => string.Join(" | ",
            (IEnumerable<string>)[field.Name, field.Names["zh-TW"], field.Names["en"], field.Names["ja"],
                .. field.IsSensitive ? [Sensitive] : Array.Empty<string>()]))),
        ProvesIdentity = type.ProvesIdentity,
    };

    public int Days =>
        int.TryParse(ValidDays, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0;

    /// <summary>What is at fault, each with its own sentence; null when the draft can be asked for.</summary>
    internal string? Fault(Office office) =>
        !OfficeDraft.IsCode(Code) ? "type_code_needed"
        : !Name.Fits(NameMax) ? "type_name_needed"
        : Days is < 1 or > DaysMax ? "type_days_needed"
        : ReadFields() is not { } fields ? "type_fields_needed"
        : !ProvesIdentity ? null
        // What the city itself keeps was found by what a counter had seen: it would prove itself.
        : !office.IsRemote ? "type_identity_own_system"
        : IdentitySources.Needed.Except(fields.Select(field => field.Name)).Any() ? "type_identity_fields"
        : null;

    /// <summary>The fields; null when a line is none, or one is there twice.</summary>
    public IReadOnlyList<FieldDraft>? ReadFields()
    {
        var fields = Fields.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(ReadField).ToList();
        return fields.Count is > 0 and <= FieldsMax && fields.All(field => field is not null)
            && fields.DistinctBy(field => field!.Name).Count() == fields.Count
            ? [.. fields.OfType<FieldDraft>()]
            : null;
    }

    static FieldDraft? ReadField(string line)
    {
        var cells = line.Split('|', StringSplitOptions.TrimEntries);
        var isSensitive = cells[^1] == Sensitive;
        if (isSensitive)
            cells = cells[..^1];
        return cells.Length is >= 2 and <= 4 && cells.All(cell => cell.Length is > 0 and <= NameMax)
            && NameForm().IsMatch(cells[0]) && Disclosure.IsName(cells[0]) && !RegisterFile.Own.Contains(cells[0])
            ? new FieldDraft(
                cells[0], cells[1], cells.ElementAtOrDefault(2) ?? cells[1], cells.ElementAtOrDefault(3) ?? cells[1],
                isSensitive)
            : null;
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex NameForm();
}
