using System.Globalization;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Needs;

/// <summary>A need as an officer typed it in, before anything is believed.</summary>
public sealed partial record NeedDraft
{
    public const int NameMax = 80;
    public const int PurposeMax = 300;
    const int DaysMax = 3_650;
    const int KeyMax = 4_000;
    const int ValuesMax = 50;

    public string Service { get; init; } = "";
    public string Code { get; init; } = "";
    public TypedText Name { get; init; } = TypedText.None;
    public TypedText Purpose { get; init; } = TypedText.None;
    public string Basis { get; init; } = "consent";

    /// <summary>Each as <c>type.field</c>.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];
    public string Level { get; init; } = "2";
    public string ConsentDays { get; init; } = "180";
    public string KeptDays { get; init; } = "30";
    public bool IsHosted { get; init; }
    public IReadOnlyList<string> ReturnAddresses { get; init; } = [];
    public string EncryptionKey { get; init; } = "";
    public string RuleField { get; init; } = "";
    public string RuleOperator { get; init; } = "one_of";
    public string RuleValues { get; init; } = "";
    public string LastDayField { get; init; } = "";
    public string RuleDays { get; init; } = "180";
    public TypedText Entitlement { get; init; } = TypedText.None;

    public static NeedDraft Of(IFormCollection form)
    {
        string One(string name) => form[name].ToString().Trim();
        return new NeedDraft
        {
            Service = One("service"),
            Code = One("code"),
            Name = TypedText.Of(form, "name"),
            Purpose = TypedText.Of(form, "purpose"),
            Basis = One("basis"),
            Asked = [.. form["asked"].OfType<string>().Distinct()],
            Level = One("level"),
            ConsentDays = One("consentDays"),
            KeptDays = One("keptDays"),
            IsHosted = One("kind") == "hosted",
            ReturnAddresses = One("returnAddresses").Split(
                '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            EncryptionKey = One("encryptionKey"),
            RuleField = One("ruleField"),
            RuleOperator = One("ruleOperator"),
            RuleValues = One("ruleValues"),
            LastDayField = One("lastDayField"),
            RuleDays = One("ruleDays"),
            Entitlement = TypedText.Of(form, "entitlement"),
        };
    }

    internal static NeedDraft Of(Need need) => new()
    {
        Service = need.Service.ToString(),
        Code = need.Code,
        Name = TypedText.Of(need.Names),
        Purpose = TypedText.Of(need.Purposes),
        Basis = NeedStore.Written(need.Basis),
        Asked = [.. need.Asked.SelectMany(asked => asked.Fields.Select(field => $"{asked.Type}.{field}"))],
        Level = need.LevelMin.ToString(CultureInfo.InvariantCulture),
        ConsentDays = need.ConsentDays.ToString(CultureInfo.InvariantCulture),
        KeptDays = need.KeptDays.ToString(CultureInfo.InvariantCulture),
        IsHosted = need.IsHosted,
        ReturnAddresses = need.ReturnAddresses,
        EncryptionKey = need.IsHosted ? "" : need.EncryptionKey,
        RuleField = need.Rule is { } rule ? $"{rule.Type}.{rule.Field}" : "",
        RuleOperator = need.Rule?.Operator ?? "one_of",
        RuleValues = string.Join('\n', need.Rule?.Values ?? []),
        LastDayField = need.Rule?.LastDayField ?? "",
        RuleDays = (need.Rule?.Days ?? 180).ToString(CultureInfo.InvariantCulture),
        Entitlement = need.Rule is null ? TypedText.None : TypedText.Of(need.Rule.Entitlement),
    };

    /// <summary>What is wrong, each with its sentence; null when the draft can wait for the second officer.</summary>
    internal string? Fault(Service? service, IReadOnlyList<Office> offices) =>
        service is null || (!IsHosted && !service.IsConfidential) ? "need_service_not_taken"
        : !CodeName().IsMatch(Code) ? "need_code_not_taken"
        : !Name.Fits(NameMax) ? "need_name_needed"
        : !Purpose.Fits(PurposeMax) ? "need_purpose_needed"
        : Asked.Count == 0 || Asked.Except(Certified(offices)).Any() ? "need_fields_not_taken"
        : NeedStore.ReadBasis(Basis) is null || Number(Level, 0, Levels.Max) is null
            || Number(ConsentDays, 1, DaysMax) is null || Number(KeptDays, 0, DaysMax) is null
            ? "need_choice_not_taken"
        : IsHosted ? (ToRule() is null ? "need_rule_not_taken" : null)
        : ReturnAddresses.Count == 0 || !ReturnAddresses.All(ServiceDraft.IsAddress) ? "need_address_not_taken"
        : EncryptionKey.Length > KeyMax || PublicKeys.Read(EncryptionKey) is null ? "need_key_not_taken"
        : null;

    /// <summary>What the offices can certify, each as <c>type.field</c>.</summary>
    internal static IEnumerable<string> Certified(IEnumerable<Office> offices) => offices
        .SelectMany(office => office.Types)
        .SelectMany(type => type.Fields.Select(field => $"{type.Code}.{field.Name}"));

    internal IReadOnlyList<AskedCredential> ToAsked() =>
    [
        .. Asked.Select(Parts).GroupBy(part => part.Type, part => part.Field)
            .Select(type => new AskedCredential(type.Key, [.. type])),
    ];

    /// <summary>The rule; null where it compares what is not asked for, or with nothing.</summary>
    internal NeedRule? ToRule()
    {
        var (type, field) = Parts(RuleField);
        var values = RuleValues.Split(
            ['\n', ',', '、'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var isNumber = RuleOperator is "at_least" or "at_most";
        return Asked.Contains(RuleField) && NeedRule.Operators.Contains(RuleOperator)
            && values.Length is > 0 and <= ValuesMax
            && (!isNumber || (values.Length == 1 && decimal.TryParse(values[0], CultureInfo.InvariantCulture, out _)))
            && (LastDayField.Length == 0 || Asked.Contains($"{type}.{LastDayField}"))
            && Number(RuleDays, 1, DaysMax) is { } days
            && Entitlement.Fits(NameMax)
            ? new NeedRule(
                type, field, RuleOperator, values, LastDayField.Length > 0 ? LastDayField : null, days,
                Entitlement.Names.InEveryLanguage)
            : null;
    }

    internal static int? Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= min && number <= max ? number : null;

    static (string Type, string Field) Parts(string asked) =>
        asked.Split('.', 2) is [var type, var field] ? (type, field) : ("", "");

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])$")]
    private static partial Regex CodeName();
}
