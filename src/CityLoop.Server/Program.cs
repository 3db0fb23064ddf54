using CityLoop.Server.Operations;

return await CommandLine.RunAsync(args);
