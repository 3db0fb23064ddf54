using System.Xml.Linq;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>Children by their names alone, whatever namespace they stand in.</summary>
static class ElementsByName
{
    public static IEnumerable<XElement> Children(this XElement of, string name) =>
        of.Elements().Where(element => element.Name.LocalName == name);

    /// <summary>The first child of this name, and the first of the next name in it, and so on.</summary>
    public static XElement? Child(this XElement of, params ReadOnlySpan<string> path)
    {
        var element = of;
        foreach (var name in path)
        {
            if (element.Children(name).FirstOrDefault() is not { } child)
                return null;
            element = child;
        }

        return element;
    }
}
