using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("CityLoop.Twin.Tests")]
