using CityLoop.Server.Tests.Hosting;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SlowFirst))]

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// The classes that take half a minute and more begin the run: one that began as the last would keep everybody waiting
/// while the other processor has nothing to do.
/// </summary>
public sealed class SlowFirst : ITestCollectionOrderer
{
    static readonly string[] Slow =
    [
        "KilledServerLoopTests", "EveryPageByKeyboardTests", "TheWholeLoopTests", "KeyboardTests", "KilledServerTests",
        "RallyPagesTests",
        "EveryPageTests", "ReceiptCheckTests", "PassPagesTests", "ScannedCodeTests", "ImportVerbTests",
        "CounterJourneyTests", "MenusTests", "GuessingTests", "SharedDeviceTests", "FrozenServerLoopTests",
        "PasskeyTests", "DeskPagesTests", "CarbonPagesTests", "KilledPostgresLoopTests", "RunFolderTests",
        "FirstComeFirstServedTests", "VerifyVerbTests", "NonsenseTests", "ExportBooksTests", "FrozenConnectionTests",
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName))];

    static int PlaceOf(string name)
    {
        var place = Array.FindIndex(Slow, slow => name.Contains('.' + slow, StringComparison.Ordinal));
        return place < 0 ? Slow.Length : place;
    }
}
