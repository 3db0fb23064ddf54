using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Gifts;

/// <summary>Points from person to person.</summary>
static class GiftsCapability
{
    public static IServiceCollection AddGifts(this IServiceCollection services)
    {
        foreach (var table in Tables)
            services.AddSingleton(table);
        return services
            .AddSingleton<GiftStore>()
            .AddSingleton<GiftCodes>()
            .AddSingleton<GiftNames>()
            .AddSingleton<GivePoints>()
            .AddSingleton<WaitingGifts>()
            .AddSingleton<AskStore>()
            .AddSingleton<AskForPoints>()
            .AddSingleton<GiftClock>()
            .AddHostedService(all => all.GetRequiredService<GiftClock>());
    }

    public static void MapGifts(this IEndpointRouteBuilder app)
    {
        ChangeGifts.Map(app);
        ChangeAsks.Map(app);
    }

    static readonly string[] Inner = ["contact_print", "read_by", "slot"];

    // A gift is the other one's, too: who is erased is no longer named in it.
    static readonly HeldTable[] Tables =
    [
        new("gifts.gift", AtErasure.Unlink) { Column = "given_by", Secret = Inner },
        new("gifts.gift", AtErasure.Unlink) { Column = "received_by", Secret = Inner },
        new("gifts.gift", AtErasure.Unlink) { Column = "read_by", Secret = Inner, IsTold = false },
        new("gifts.code", AtErasure.Delete) { Secret = ["code"] },
        new("gifts.ask", AtErasure.Delete) { Column = "asked_by", Secret = ["contact_print", "read_by"] },
        new("gifts.ask", AtErasure.Unlink) { Column = "paid_by", Secret = ["contact_print", "read_by"] },
        new("gifts.ask", AtErasure.Unlink)
        {
            Column = "read_by", Secret = ["contact_print", "read_by"], IsTold = false,
        },
        new("gifts.block", AtErasure.Delete),
        // Who blocks whom is told to whoever blocks.
        new("gifts.block", AtErasure.Delete) { Column = "asked_by", IsTold = false },
    ];
}
