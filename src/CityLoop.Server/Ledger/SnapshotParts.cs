using System.Security.Cryptography;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The bytes of a snapshot as a stream over parts of some megabytes: what is written leaves part by part, what is read
/// comes part by part, so that a nation's books never stand in memory a second time.
/// </summary>
sealed class SnapshotParts : Stream
{
    /// <summary>Small enough that a commit beside it waits a millisecond for the disk, not a second.</summary>
    const int PartBytes = 256 << 10;

    readonly Action<(int Number, ReadOnlyMemory<byte> Bytes)>? _put;
    readonly Func<int, byte[]>? _get;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    byte[] _part;
    int _position;

    /// <summary>To write.</summary>
    public SnapshotParts(Action<(int Number, ReadOnlyMemory<byte> Bytes)> put) =>
        (_put, _part) = (put, new byte[PartBytes]);

    /// <summary>To read.</summary>
    public SnapshotParts(int count, Func<int, byte[]> get) => (Count, _get, _part) = (count, get, []);

    /// <summary>How many parts there are, or were written.</summary>
    public int Count { get; private set; }

    /// <summary>SHA-256 of all that was written.</summary>
    public byte[] Digest { get; private set; } = [];

    public override bool CanRead => _get is not null;

    public override bool CanWrite => _put is not null;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    int _read;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var fits = Math.Min(buffer.Length, PartBytes - _position);
            buffer[..fits].CopyTo(_part.AsSpan(_position));
            buffer = buffer[fits..];
            _position += fits;
            if (_position == PartBytes)
                PutPart();
        }
    }

    /// <summary>Nothing more is written.</summary>
    public void Complete()
    {
        if (_position > 0)
            PutPart();
        Digest = _hash.GetHashAndReset();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position == _part.Length)
        {
            if (_read == Count)
                return 0;
            (_part, _position) = (_get!(_read++), 0);
        }

        var there = Math.Min(buffer.Length, _part.Length - _position);
        _part.AsSpan(_position, there).CopyTo(buffer);
        _position += there;
        return there;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // A part leaves when it is full: a flush in between has nothing to add.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }

    void PutPart()
    {
        var bytes = _part.AsMemory(0, _position);
        _hash.AppendData(bytes.Span);
        _put!((Count++, bytes));
        _position = 0;
    }
}
