using static System.FormattableString;
using System.Text;
using QRCoder;

namespace CityLoop.Server.Shared;

/// <summary>A QR code as one path of an SVG picture: no style, no script, a few hundred bytes.</summary>
/// <param name="Size">Modules along one side, with the quiet zone of four around them.</param>
/// <param name="Path">The dark modules, as runs along each row.</param>
sealed record QrPicture(int Size, string Path)
{
    /// <summary>Draws a text. A quarter of the picture may be dirty or hidden and it can still be read.</summary>
    public static QrPicture Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.Q);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Length; x++)
            {
                if (!rows[y][x])
                    continue;
                var start = x;
                while (x < rows[y].Length && rows[y][x])
                    x++;
                path.Append(Invariant($"M{start} {y}h{x - start}v1H{start}z"));
            }

        return new QrPicture(rows.Count, path.ToString());
    }
}
