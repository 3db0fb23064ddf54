namespace CityLoop.Ledger;

/// <summary>The number of an account: dense, given by the ledger when the account is opened, from 1 upwards.</summary>
public readonly record struct AccountId(int Value)
{
    /// <summary>The number as it stands in exports and receipts.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The number of a currency, chosen by the city pack, from 1 upwards.</summary>
public readonly record struct CurrencyId(short Value)
{
    /// <summary>The number as it stands in exports and receipts.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
