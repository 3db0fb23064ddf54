namespace CityLoop.Server.Shared;

/// <summary>The server cannot start, and the message tells the operator what to do about it.</summary>
class CannotStartException(string message) : Exception(message);
