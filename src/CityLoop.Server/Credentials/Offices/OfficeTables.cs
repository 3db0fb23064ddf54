using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What offices hold about people: found by the fingerprint of the document that a counter has seen.</summary>
static class OfficeTables
{
    const string TwoOfficers = "who changed an office can be asked for years";

    public static readonly IReadOnlyList<HeldTable> All =
    [
        new("credentials.register_row", AtErasure.Keep)
        {
            Column = "print", Via = DocumentPrints.Proving, Secret = ["print"],
            Why = "it is the office's own register; after the check is gone it leads to nobody here",
        },
        new("credentials.status_place", AtErasure.Keep)
        {
            Column = "print", Via = DocumentPrints.Proving, Secret = ["print"],
            Why = "until it has run out, readers must see whether a credential was taken back",
        },
        new("credentials.office_change", AtErasure.Keep) { Column = "asked_by", IsTold = false, Why = TwoOfficers },
        new("credentials.office_change", AtErasure.Keep) { Column = "decided_by", IsTold = false, Why = TwoOfficers },
    ];
}
