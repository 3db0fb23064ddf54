using System.Text.Json.Nodes;

namespace CityLoop.Server.Tests.Web.Nonsense;

/// <summary>What people, programs and attackers send instead of what was asked for.</summary>
static class NonsenseValues
{
    public static readonly string Long = new('長', 20_000);

    /// <summary>In addresses, queries and form fields.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "-1", "0", "1e308", "NaN", "9223372036854775808", "99999999999999999999999999", "0x1F", "１２",
        "null", "true", "00000000-0000-0000-0000-000000000000", "2026-02-30", "9999-12-31", "0001-01-01",
        "'; drop table ledger.journal; --", "<script>alert(1)</script>", "../../etc/passwd", "https://example.org/",
        "//example.org", "\u0000", "a\u0000b", "\r\nSet-Cookie: x=y", "\u202E", "😀", "%", "{0}", "${jndi:x}",
        "\\", "\"",
        new string('a', 3_000),
    ];

    /// <summary>Whole bodies where one JSON object was asked for.</summary>
    public static readonly string[] Bodies =
    [
        "", " ", "null", "[]", "true", "1", "\"text\"", "{", "}", "{]", "{\"id\":", "{\"a\":1,}", "{'a':1}", "\0",
        "<a/>",
        "a=b&c=d", new string('[', 5_000), "{\"a\":" + new string('9', 100_000) + "}",
    ];

    /// <summary>JSON strings with NUL, half a character or bytes that are none: no table can keep them.</summary>
    public static readonly string[] Unreadable =
    [
        """ "\u0000" """, """ "a\u0000b" """, """ "\ud800" """, """ "a\uDC00b" """, """ "\ud83d\u0041" """,
        """ "\\\ud83d" """,
    ];

    /// <summary>In place of one member of an otherwise plausible object.</summary>
    public static IEnumerable<JsonNode?> Members() =>
    [
        null, JsonValue.Create(-1), JsonValue.Create(0), JsonValue.Create(1.5), JsonValue.Create(long.MaxValue),
        JsonValue.Create(long.MinValue), JsonNode.Parse("1e400"), JsonNode.Parse("99999999999999999999999"),
        JsonValue.Create(true), new JsonArray(), new JsonArray(1, 2), new JsonObject(), new JsonObject { ["a"] = 1 },
        .. Texts.Select(t => (JsonNode?)JsonValue.Create(t)), JsonValue.Create(Long),
    ];
}
