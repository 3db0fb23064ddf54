namespace CityLoop.Ledger;

/// <summary>Bit mixing that is the same on every machine and in every process, unlike <see cref="HashCode"/>.</summary>
static class Mixing
{
    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    public static ulong Mix(ulong digest, long value) => Mix(digest ^ unchecked((ulong)value));

    public static ulong Mix(ulong digest, long? value) =>
        value is { } number ? Mix(Mix(digest, 1L), number) : Mix(digest, 0L);

    public static ulong Mix(ulong digest, Guid? value)
    {
        if (value is not { } id)
            return Mix(digest, 0L);
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Mix(Mix(Mix(digest, 1L), BitConverter.ToInt64(bytes)), BitConverter.ToInt64(bytes[8..]));
    }
}
