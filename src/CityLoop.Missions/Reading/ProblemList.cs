using System.Text;
using System.Text.Json;

namespace CityLoop.Missions.Reading;

/// <summary>Collects problems by byte offset and tells line and column.</summary>
sealed class ProblemList(byte[] document)
{
    readonly List<(int Offset, Problem Problem)> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    public void Add(int offset, string path, ProblemCode code, params string[] arguments)
    {
        var (line, column) = PlaceOf(offset);
        _problems.Add((offset, new Problem(line, column, path, code, arguments)));
    }

    public void Add(Node node, ProblemCode code, params string[] arguments) =>
        Add(node.Offset, node.Path, code, arguments);

    /// <summary>In the order of the document.</summary>
    public IReadOnlyList<Problem> InOrder() => [.. _problems.OrderBy(p => p.Offset).Select(p => p.Problem)];

    /// <summary>Where the JSON reader stopped; it counts lines from 0 and bytes in the line.</summary>
    public int OffsetOf(JsonException broken)
    {
        var offset = 0;
        for (var line = broken.LineNumber ?? 0; line > 0 && offset < document.Length; offset++)
            if (document[offset] == (byte)'\n')
                line--;
        return Math.Min(document.Length, offset + (int)(broken.BytePositionInLine ?? 0));
    }

    (int Line, int Column) PlaceOf(int offset)
    {
        var before = document.AsSpan(0, Math.Clamp(offset, 0, document.Length));
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return (before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }
}
