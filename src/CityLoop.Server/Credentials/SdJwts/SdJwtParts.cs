namespace CityLoop.Server.Credentials.SdJwts;

/// <summary>What the tildes part: the office's signed text, disclosures, the holder's proof if any.</summary>
sealed record SdJwtParts(string Signed, IReadOnlyList<string> Disclosures, string? KeyBinding)
{
    /// <summary>What the holder's proof is made over.</summary>
    public string Presented => $"{Signed}~{string.Concat(Disclosures.Select(text => text + "~"))}";

    /// <summary>The parts, nothing of them believed yet; null for what has another form.</summary>
    public static SdJwtParts? Read(string text)
    {
        if (text.Length > SdJwt.LengthMax || text.Split('~') is not [var signed, .. var disclosures, var binding]
            || disclosures.Length > SdJwt.DisclosuresMax || disclosures.Any(part => part.Length == 0)
            || !IsToken(signed) || (binding.Length > 0 && !IsToken(binding)))
            return null;
        return new SdJwtParts(signed, disclosures, binding.Length > 0 ? binding : null);
    }

    static bool IsToken(string text) => text.Count('.') == 2;
}
