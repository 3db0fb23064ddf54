using Npgsql;
using NpgsqlTypes;

namespace CityLoop.Server.Ledger;

/// <summary>Values as the parameters of a prepared insert, in the order of the columns.</summary>
struct InsertColumns(NpgsqlParameterCollection parameters) : IColumns
{
    int _next;

    public void Int64(long? value) => Set(NpgsqlDbType.Bigint, value);

    public void Int32(int? value) => Set(NpgsqlDbType.Integer, value);

    public void Int16(short? value) => Set(NpgsqlDbType.Smallint, value);

    public void Boolean(bool value) => Set(NpgsqlDbType.Boolean, value);

    public void Uuid(Guid? value) => Set(NpgsqlDbType.Uuid, value);

    public void Timestamp(DateTimeOffset? value) => Set(NpgsqlDbType.TimestampTz, value?.UtcDateTime);

    public void Date(DateOnly? value) => Set(NpgsqlDbType.Date, value);

    public void Text(string? value) => Set(NpgsqlDbType.Text, value);

    void Set(NpgsqlDbType type, object? value)
    {
        // The first row makes the parameters, the others fill them.
        if (_next == parameters.Count)
            parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        parameters[_next++].Value = value ?? DBNull.Value;
    }
}
