using System.Data;
using System.Runtime.CompilerServices;
using CityLoop.Ledger;
using Dapper;

namespace CityLoop.Server.Ledger;

/// <summary>How the ledger's own types stand in SQL, so that queries take and give them as they are.</summary>
static class SqlTypes
{
    /// <summary>Runs before anything else in this program: Dapper's settings are global.</summary>
#pragma warning disable CA2255 // This is the application, not a library.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new DateOnlyHandler());
        SqlMapper.AddTypeHandler(new InstantHandler());
        SqlMapper.AddTypeHandler(new AccountHandler());
        SqlMapper.AddTypeHandler(new CurrencyHandler());
    }

    sealed class DateOnlyHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) =>
            value is DateTime midnight ? DateOnly.FromDateTime(midnight) : (DateOnly)value;

        public override void SetValue(IDbDataParameter parameter, DateOnly value) =>
            (parameter.DbType, parameter.Value) = (DbType.Date, value);
    }

    // Without it Dapper takes an instant into a property, but not into a record's constructor.
    sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) =>
            value is DateTime utc ? new DateTimeOffset(utc) : (DateTimeOffset)value;

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value;
    }

    sealed class AccountHandler : SqlMapper.TypeHandler<AccountId>
    {
        public override AccountId Parse(object value) => new((int)value);

        public override void SetValue(IDbDataParameter parameter, AccountId value) => parameter.Value = value.Value;
    }

    sealed class CurrencyHandler : SqlMapper.TypeHandler<CurrencyId>
    {
        public override CurrencyId Parse(object value) => new((short)value);

        public override void SetValue(IDbDataParameter parameter, CurrencyId value) => parameter.Value = value.Value;
    }
}
