namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of gifts: see <see cref="PlantedTraces"/>.</summary>
static class PlantedGifts
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("gifts.gift.given_by", Given("@p, @a, null")),
        ("gifts.gift.received_by", Given("@a, @p, null")),
        ("gifts.gift.read_by", Given("@a, @o, @p")),
        ("gifts.ask.asked_by", Asked("@p, @a, @a")),
        ("gifts.ask.paid_by", Asked("@a, @p, @a")),
        ("gifts.ask.read_by", Asked("@a, @a, @p")),
        ("gifts.block.person", "values (@p, @a)"),
        ("gifts.block.asked_by", "values (@a, @p)"),
        ("gifts.code.person", "values (@p, @mark, @later)"),
    ];

    static string Asked(string people) =>
        "(asked_by, paid_by, read_by, id, to_whom, amount, reason, made_at, until, ending) "
        + $"values ({people}, gen_random_uuid(), 'x', 1, 'x', now(), @later, 'paid')";

    static string Given(string people) =>
        "(given_by, received_by, read_by, id, to_whom, amount, message, made_at, posted_at, closed_at) "
        + $"values ({people}, gen_random_uuid(), 'x', 1, 'x', now(), now(), now())";
}
