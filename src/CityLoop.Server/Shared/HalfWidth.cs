namespace CityLoop.Server.Shared;

/// <summary>
/// Chinese and Japanese keyboards write digits and letters full width; people mean the same. (Unicode's own
/// compatibility form is not to be had without ICU, which this program does without.)
/// </summary>
static class HalfWidth
{
    public static string Of(string? typed) => string.Create((typed ?? "").Length, typed ?? "", static (narrow, wide) =>
    {
        for (var i = 0; i < narrow.Length; i++)
            narrow[i] = wide[i] switch
            {
                >= '\uFF01' and <= '\uFF5E' and var c => (char)(c - '\uFF01' + '!'),
                '\u3000' => ' ',
                var c => c,
            };
    });
}
