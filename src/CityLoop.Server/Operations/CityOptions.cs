using CityLoop.Server.City;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Operations;

/// <summary>Which city is meant, where its data lies and how it is reached.</summary>
sealed record CityOptions
{
    /// <summary>The folder of the city pack.</summary>
    public string CityFolder { get; init; } = CityCapability.DefaultFolder;

    /// <summary>The folder of the data; by default one for each pack under the checkout's <c>.cityloop</c>.</summary>
    public string DataFolder
    {
        get => field ?? Path.Combine(Checkout.Root, ".cityloop", Path.GetFileName(CityFolder));
        init;
    }

    /// <summary>A database elsewhere; null for the private cluster.</summary>
    public string? Connection { get; init; }

    /// <summary>The name of the database in the private cluster.</summary>
    public string DatabaseName { get; init; } = "city";

    /// <summary>Who works: <see cref="DatabaseOptions.Server"/> or a verb.</summary>
    public string Holder { get; init; } = DatabaseOptions.Server;

    /// <summary>The addresses on which pages are served.</summary>
    public string Urls { get; init; } = "http://localhost:5080";

    /// <summary>True for a city whose letters everybody can read. Never on a host that others reach.</summary>
    public bool Demo { get; init; }

    /// <summary>How the pass is run; configuration section <c>Pass</c>.</summary>
    public PassOptions Pass { get; init; } = new();

    /// <summary>How often the journal is sealed; configuration section <c>Seals</c>.</summary>
    public SealOptions Seals { get; init; } = new();

    public DatabaseOptions Database => new(DataFolder, Connection, Holder) { Name = DatabaseName };
}
